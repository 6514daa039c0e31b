import { pingPongMark } from './ping-pong.ts';

/** The ping-pong in C, for images with a compiler and no Python that speaks MPI: it measures and says the same. */
export const pingPongC = String.raw`
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST (4 << 20)
#define WINDOW 64
#define MOST_FILES 100

static int rank, size, last;
static char *data, answer[4];
static double times[256];
static MPI_Request requests[WINDOW];

static int compare(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return a < b ? -1 : a > b;
}

static double median(int count) {
  qsort(times, count, sizeof *times, compare);
  return times[count / 2];
}

static void give(int bytes) { MPI_Send(data, bytes, MPI_BYTE, last - rank, 0, MPI_COMM_WORLD); }

static void take(int bytes) { MPI_Recv(data, bytes, MPI_BYTE, last - rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE); }

static double latency(int bytes) {
  int few = bytes > 65536, rounds = few ? 30 : 200, skipped = few ? 3 : 20;
  for (int turn = -skipped; turn < rounds; turn++) {
    double start = MPI_Wtime();
    if (rank == 0) { give(bytes); take(bytes); }
    else { take(bytes); give(bytes); }
    if (turn >= 0) times[turn] = MPI_Wtime() - start;
  }
  return median(rounds) / 2 * 1e6;
}

static double bandwidth(int bytes) {
  int few = bytes > 65536, rounds = few ? 5 : 20, skipped = few ? 1 : 2, window = few ? 16 : WINDOW;
  for (int turn = -skipped; turn < rounds; turn++) {
    double start = MPI_Wtime();
    for (int each = 0; each < window; each++)
      if (rank == 0) MPI_Isend(data, bytes, MPI_BYTE, last, 0, MPI_COMM_WORLD, &requests[each]);
      else MPI_Irecv(data, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, &requests[each]);
    MPI_Waitall(window, requests, MPI_STATUSES_IGNORE);
    if (rank == 0) MPI_Recv(answer, 4, MPI_BYTE, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    else MPI_Send(answer, 4, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    if (turn >= 0) times[turn] = MPI_Wtime() - start;
  }
  return (double)bytes * window / median(rounds) / 1e6;
}

static void print_text(FILE *file, const char *text) {
  fputc('"', file);
  for (; *text && *text != '\n'; text++)
    if (*text != '"' && *text != '\\') fputc((unsigned char)*text < 32 ? ' ' : *text, file);
  fputc('"', file);
}

static void print_mapped(FILE *file) {
  static const char *words[] = {"libmpi", "libfabric", "libuct", "-fi.so", "mca_btl", "mca_mtl", "mca_pml", "libcxi", "libpsm"};
  static char line[4096], files[MOST_FILES][4096];
  int count = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) {
    char *path = strchr(line, '/'), *name = strrchr(line, '/');
    int known = 0, wanted = 0;
    if (!path || !strstr(name, ".so")) continue;
    path[strcspn(path, "\n")] = 0;
    for (unsigned each = 0; each < sizeof words / sizeof *words; each++) wanted |= strstr(name, words[each]) != NULL;
    for (int each = 0; each < count; each++) known |= !strcmp(files[each], path);
    if (wanted && !known && count < MOST_FILES) strcpy(files[count++], path);
  }
  for (int each = 0; each < count; each++) {
    if (each) fputs(", ", file);
    print_text(file, files[each]);
  }
}

int main(int count, char **words) {
  static char version[MPI_MAX_LIBRARY_VERSION_STRING], host[256], path[4096];
  int length;
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Get_library_version(version, &length);
  last = size - 1;
  data = calloc(1, LARGEST);
  gethostname(host, sizeof host - 1);
  const char *node = getenv("SLURMD_NODENAME") ? getenv("SLURMD_NODENAME") : host;
  snprintf(path, sizeof path, "%s/said-%s-%d", words[1], node, (int)getpid());
  FILE *file = fopen(path, "w");
  if (!file) MPI_Abort(MPI_COMM_WORLD, 1);
  fputs("${pingPongMark}", file);
  fprintf(file, "{\"rank\": %d, \"size\": %d, \"how\": \"a program in C\", \"node\": ", rank, size);
  print_text(file, node);
  fputs(", \"version\": ", file);
  print_text(file, version);
  fputs(", \"rows\": [", file);
  if (size > 1 && (rank == 0 || rank == last))
    for (int bytes = 1; bytes <= LARGEST; bytes *= 2) {
      double half = latency(bytes), rate = bandwidth(bytes);
      if (rank == 0) fprintf(file, "%s[%d, %f, %f]", bytes == 1 ? "" : ", ", bytes, half, rate);
    }
  fputs("], \"mapped\": [", file);
  print_mapped(file);
  fputs("]}\n", file);
  fclose(file);
  MPI_Finalize();
  return 0;
}
`;

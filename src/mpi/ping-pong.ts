/**
 * What two ranks of an image's Python run, with mpi4py or else with the library itself, whose numbers the MPICH ABI gives. It
 * measures as OSU's osu_latency and osu_bw do: half the time of a round trip, and windows of 64 messages (16 of large ones, to
 * end soon); but gives the median of all rounds, which others at work on the node change less than the mean. Each rank writes a
 * line into a file of its own in the directory that it is given.
 */
export const pingPongMark = '@ctinstall-mpi@';

export const pingPong = String.raw`
import json, os, socket, sys, time

class Mpi4py:
    def __init__(self):
        from mpi4py import MPI
        self.MPI, self.world = MPI, MPI.COMM_WORLD
        self.rank, self.size = self.world.rank, self.world.size
        self.version = MPI.Get_library_version().split('\n')[0].strip('\0 ')
        self.how = 'mpi4py'
    def send(self, data, size, to): self.world.Send([data, size, self.MPI.BYTE], to)
    def receive(self, data, size, source): self.world.Recv([data, size, self.MPI.BYTE], source)
    def start_send(self, data, size, to): return self.world.Isend([data, size, self.MPI.BYTE], to)
    def start_receive(self, data, size, source): return self.world.Irecv([data, size, self.MPI.BYTE], source)
    def wait(self, requests): self.MPI.Request.Waitall(requests)
    def end(self): self.MPI.Finalize()

class Library:
    def __init__(self):
        import ctypes
        self.c = ctypes
        self.mpi = ctypes.CDLL('libmpi.so.12', mode=ctypes.RTLD_GLOBAL)
        self.mpi.MPI_Init(None, None)
        self.world, self.byte, self.ignore = 0x44000000, 0x4c00010d, ctypes.c_void_p(1)
        self.rank, self.size = self.ask('MPI_Comm_rank'), self.ask('MPI_Comm_size')
        text, length = ctypes.create_string_buffer(10000), ctypes.c_int()
        self.mpi.MPI_Get_library_version(text, ctypes.byref(length))
        self.version = ' '.join(text.value.decode().split('\n')[0].split())
        self.how = 'the library itself'
    def ask(self, name):
        value = self.c.c_int()
        getattr(self.mpi, name)(self.world, self.c.byref(value))
        return value.value
    def place(self, data): return (self.c.c_char * len(data)).from_buffer(data)
    def send(self, data, size, to): self.mpi.MPI_Send(self.place(data), size, self.byte, to, 0, self.world)
    def receive(self, data, size, source):
        self.mpi.MPI_Recv(self.place(data), size, self.byte, source, 0, self.world, self.ignore)
    def start_send(self, data, size, to):
        request = self.c.c_int()
        self.mpi.MPI_Isend(self.place(data), size, self.byte, to, 0, self.world, self.c.byref(request))
        return request
    def start_receive(self, data, size, source):
        request = self.c.c_int()
        self.mpi.MPI_Irecv(self.place(data), size, self.byte, source, 0, self.world, self.c.byref(request))
        return request
    def wait(self, requests):
        for request in requests: self.mpi.MPI_Wait(self.c.byref(request), self.ignore)
    def end(self): self.mpi.MPI_Finalize()

try:
    mpi = Mpi4py()
except ImportError:
    mpi = Library()
largest = 4 << 20
data, answer = bytearray(largest), bytearray(4)
first, last = 0, mpi.size - 1

def median(times, skipped): return sorted(times[skipped:])[(len(times) - skipped) // 2]

def latency(size):
    rounds, skipped = (200, 20) if size <= 65536 else (30, 3)
    times = []
    for turn in range(rounds + skipped):
        start = time.perf_counter()
        if mpi.rank == first:
            mpi.send(data, size, last)
            mpi.receive(data, size, last)
        else:
            mpi.receive(data, size, first)
            mpi.send(data, size, first)
        times.append(time.perf_counter() - start)
    return median(times, skipped) / 2 * 1e6

def bandwidth(size):
    rounds, skipped, window = (20, 2, 64) if size <= 65536 else (5, 1, 16)
    times = []
    for turn in range(rounds + skipped):
        start = time.perf_counter()
        if mpi.rank == first:
            mpi.wait([mpi.start_send(data, size, last) for _ in range(window)])
            mpi.receive(answer, 4, last)
        else:
            mpi.wait([mpi.start_receive(data, size, first) for _ in range(window)])
            mpi.send(answer, 4, first)
        times.append(time.perf_counter() - start)
    return size * window / median(times, skipped) / 1e6

def mapped():
    files = {line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if line.count('/') and '.so' in line}
    return sorted(f for f in files if any(w in os.path.basename(f) for w in ('libmpi', 'libfabric', 'libuct', '-fi.so', 'mca_btl', 'mca_mtl', 'mca_pml', 'libcxi', 'libpsm')))

rows = []
if mpi.size > 1 and mpi.rank in (first, last):
    size = 1
    while size <= largest:
        rows.append([size, latency(size), bandwidth(size)])
        size *= 2
said = {'rank': mpi.rank, 'size': mpi.size, 'node': os.environ.get('SLURMD_NODENAME') or socket.gethostname(), 'version': mpi.version,
        'how': mpi.how, 'mapped': mapped(), 'rows': rows if mpi.rank == first else []}
# Not on stdout: lines of ranks run into each other there.
with open('%s/said-%s-%d' % (sys.argv[1], said['node'], os.getpid()), 'w') as file:
    file.write('${pingPongMark}' + json.dumps(said) + '\n')
mpi.end()
`;

// Runs the rows that are named (all, if none is) and prints each as soon as it is measured. Started by run.sh, as an ordinary
// user in a home directory of its own.
import { measureBroadcast } from './rows/broadcast.js';
import { measureBuild } from './rows/build.js';
import { measureBytes } from './rows/bytes-written.js';
import { measureImport } from './rows/import.js';
import { measureImports } from './rows/imports.js';
import { measureInstalls } from './rows/install.js';
import { measureInstallsAtScale } from './rows/installs.js';
import { measureJobScript } from './rows/job-script.js';
import { measureJobs } from './rows/jobs.js';
import { measureMemory } from './rows/memory.js';
import { measureModuleAvail } from './rows/module-avail.js';
import { measureModuleLoad } from './rows/module-load.js';
import { measureMpi } from './rows/mpi.js';
import { measurePacking } from './rows/packing.js';
import { measureReflink } from './rows/reflink.js';
import { measureSearch } from './rows/search.js';
import { measureShow } from './rows/show.js';
import { measureStart } from './rows/start.js';
import { measureVerify } from './rows/verify.js';
import { measureWorkflow } from './rows/workflow.js';
import { measureWrap } from './rows/wrap.js';
import { measureWrapper } from './rows/wrapper.js';
import { printHead, printLine } from './table.js';
import { clearWork } from './work.js';

/** Each measures the rows that it is given the names of, and gives lines for the table. None finds what another has left. */
const measurers = [
  { rows: ['start'], measure: measureStart },
  { rows: ['show'], measure: measureShow },
  { rows: ['job-script'], measure: measureJobScript },
  { rows: ['module-load'], measure: measureModuleLoad },
  { rows: ['module-avail'], measure: measureModuleAvail },
  { rows: ['wrapper', 'wrapper-script'], measure: measureWrapper },
  { rows: ['list', 'verify-quick'], measure: measureInstallsAtScale },
  { rows: ['search-cold', 'search'], measure: measureSearch },
  { rows: ['import'], measure: measureImport },
  { rows: ['install', 'install-checksum'], measure: measureInstalls },
  { rows: ['verify'], measure: measureVerify },
  { rows: ['jobs'], measure: measureJobs },
  { rows: ['bytes-written'], measure: measureBytes },
  { rows: ['memory'], measure: measureMemory },
  { rows: ['reflink'], measure: measureReflink },
  { rows: ['wrap'], measure: measureWrap },
  { rows: ['build', 'build-repack'], measure: measureBuild },
  {
    rows: ['workflow-graph', 'workflow-describe', 'workflow-job', 'workflow-local', 'workflow-submit'],
    measure: measureWorkflow,
  },
  { rows: ['packing'], measure: measurePacking },
  { rows: ['mpi-find', 'mpi-start', 'mpi-ping-pong'], measure: measureMpi },
  { rows: ['imports'], measure: measureImports },
  { rows: ['broadcast', 'broadcast-start'], measure: measureBroadcast },
];

const asked = process.argv.slice(2);
const known = measurers.flatMap(({ rows }) => rows);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`error: no such row: ${unknown.join(', ')}\nhint: rows are ${known.join(', ')}`);
  process.exit(2);
}

let failed = false;
printHead();
for (const { rows, measure } of measurers) {
  const wanted = rows.filter((name) => asked.length === 0 || asked.includes(name));
  if (wanted.length === 0) continue;
  clearWork();
  console.error(`measuring ${wanted.join(', ')} …`);
  const started = performance.now();
  try {
    for (const line of measure(wanted)) printLine(line);
  } catch (error) {
    failed = true;
    console.error(`error: ${wanted.join(', ')}: ${error.stack}`);
  }
  console.error(`${wanted.join(', ')}: ${Math.round((performance.now() - started) / 1000)} s`);
}
clearWork();
process.exitCode = failed ? 1 : 0;

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';
import { serveImages } from '../runtime/image-server.ts';

/** Runs a command where /dev has one device more, and the kernel says that it has a driver of this version. */
const onNode = `
on_node() { # device, file of the driver, what it says, command...
  unshare --map-root-user --mount bash -c '
    mkdir -p fake && mount -t tmpfs -o mode=755 none fake
    for each in /dev/*; do
      name=fake/\${each##*/}
      if [[ -L $each ]]; then cp -P "$each" "$name"
      elif [[ -d $each ]]; then mkdir "$name" && mount --rbind "$each" "$name"
      else : >"$name" && mount --bind "$each" "$name"; fi
    done
    : >"fake/$1" && mount --rbind fake /dev
    mount -t tmpfs none "$(dirname "$(dirname "$2")")" && mkdir "\${2%/*}" && printf "%s\\n" "$3" >"$2"
    exec "\${@:4}"' on-node "$@"
}
amd() { on_node kfd /sys/module/amdgpu/version 6.3.6 "$@"; }
nvidia() { on_node nvidiactl /proc/driver/nvidia/version 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Release' "$@"; }
load() { bash --norc -c '. "$CT_LMOD_INIT"; module use "$CTINSTALL_PREFIX/modules"; module load learn'; }
export -f load
`;

test('what an image for GPUs lacks on a node is said when it is brought and installed, loaded, checked, and put into a job', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(
    `part=$(singularity sif list "$CT_IMAGES/tiny.sif" | awk -F'|' '/FS/ { print $1 + 0; exit }')
     singularity sif dump "$part" "$CT_IMAGES/tiny.sif" >gpu.sif
     mkdir -p more/opt/rocm-6.4.1/.info; echo 6.4.1-83 >more/opt/rocm-6.4.1/.info/version
     mksquashfs more gpu.sif -no-progress -quiet -processors 1`,
  );
  const server = await serveImages({ files: { '/gpu.sif': readFileSync(join(sandbox.dir, 'gpu.sif')) } });
  onTestFinished(() => server.close());
  sandbox.write(
    'learn-1.yaml',
    `name: learn\nversion: "1"\nimage: { file: brought.sif, source: "http://${server.host}/gpu.sif" }\nwrappers: [start-shell]\n`,
  );
  sandbox.write(
    'node-types.yaml',
    'node_types:\n  green: { cores: 8, gpus: ["0-7"], gpu_variable: CUDA_VISIBLE_DEVICES }\n',
  );
  const tooOld = 'AMD supports ROCm 6.4.1 of the image with drivers from 6.8.5 (ROCm 6.2) on';
  const other = 'the image has ROCm 6.4.1, for GPUs of AMD, and the node';

  const installed = await sandbox.run(`${onNode} amd ctinstall learn-1.yaml`);
  expect(installed).toMatchObject({ status: 0, stderr: expect.stringContaining(`learn/1: ${tooOld}`) });
  expect(await sandbox.succeed('ctinstall verify')).toBe('learn/1: as installed\n');
  const checked = await sandbox.run(`${onNode} amd ctinstall check; nvidia ctinstall check`);
  expect(checked.stdout).toContain(`learn/1: ${tooOld}`);
  expect(checked.stdout).toContain(`learn/1: ${other}`);
  const loaded = await sandbox.run(`${onNode} amd bash -c load; echo; nvidia bash -c load; load`);
  // Lmod breaks lines.
  const said = `${loaded.stdout}${loaded.stderr}`.replace(/\s+/g, ' ');
  for (const message of [tooOld, other]) expect(said.split(`learn/1: ${message}`)).toHaveLength(2);
  const job = await sandbox.run('ctinstall job learn --gpus-per-node 1 --node-type green -- true', {
    CTINSTALL_SITE_SETTINGS: join(sandbox.dir, 'node-types.yaml'),
  });
  expect(job).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`learn/1 on nodes of the type \`green\`: ${other}`),
  });
});

import { checkImage } from '../../../discover/image.ts';
import type { Stage } from '../../../formats/definition/types.ts';
import { isDirectory, isFile, listDirectory, statIfThere } from '../../../host/files.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatValue } from '../../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../../lib/paths.ts';
import { requireFiles, startOfPaths } from '../proot/copy-files.ts';

/**
 * Tells of what the runtimes trip over after long work, or with a message that does not say it.
 * @throws CtinstallError `image-…`, `definition-invalid`
 */
export async function refuseSources(stages: readonly Stage[], cwd: HostPath): Promise<void> {
  for (const { base } of stages) {
    if (!['localimage', 'oci', 'oci-archive', 'docker-archive'].includes(base.bootstrap)) continue;
    const path = hostPath(base.from, cwd);
    if ((await statIfThere(path)) === undefined) await refuseMissing(base, path, cwd);
    else if (base.bootstrap === 'localimage') await refuseDevices(path);
    else if (base.bootstrap === 'oci') await refuseOther(base, path);
  }
  // These run on the machine, and may make files.
  if (stages.some(({ scripts }) => scripts.pre !== undefined || scripts.setup !== undefined)) return;
  // The runtimes have a shell expand them.
  const files = stages.flatMap((stage) => stage.files.filter(({ source }) => !/[$`~{]/.test(source)));
  await requireFiles(files, cwd);
}

async function refuseMissing({ bootstrap, from, place }: Stage['base'], path: HostPath, cwd: HostPath): Promise<void> {
  const [file = '', ...tags] = from.split(':');
  const isTagged = tags.length > 0 && (await statIfThere(hostPath(file, cwd))) !== undefined;
  // An archive of Docker may hold several images, which a tag tells apart.
  if (isTagged && bootstrap === 'docker-archive') return;
  if (isTagged)
    throw new CtinstallError(
      'image-invalid',
      `line ${place.line}: \`${bootstrap}\` takes no tag here: \`:${formatValue(tags.join(':'))}\``,
      {
        hint: `write \`From: ${formatValue(file)}\`; of several images, copy one out with \`skopeo copy\``,
      },
    );
  throw new CtinstallError('image-not-found', `line ${place.line}: there is no \`${path}\``, {
    hint: startOfPaths,
  });
}

async function refuseOther({ place }: Stage['base'], path: HostPath): Promise<void> {
  if (await isFile(joinHost(path, 'index.json'))) return;
  throw new CtinstallError(
    'image-invalid',
    `line ${place.line}: \`${path}\` is no OCI layout: it has no \`index.json\``,
    {
      hint: (await isFile(path)) ? 'of an archive: `Bootstrap: oci-archive`' : undefined,
    },
  );
}

/** A user cannot copy them, and the runtime fails when it has copied the rest. */
async function refuseDevices(sandbox: HostPath): Promise<void> {
  if (!(await isDirectory(sandbox))) return checkImage(sandbox);
  const devices = (await listDirectory(joinHost(sandbox, 'dev'))).filter(
    (entry) => entry.isCharacterDevice() || entry.isBlockDevice(),
  );
  if (devices.length > 0)
    throw new CtinstallError(
      'image-invalid',
      `\`${sandbox}\` holds ${devices.length} device nodes, which only root can copy`,
      {
        hint: `remove what is in \`${joinHost(sandbox, 'dev')}\`: a container has the devices of the host`,
      },
    );
}

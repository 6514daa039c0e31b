import { hasDigest } from '../../easyconfig/image-source.ts';
import type { EasyconfigCommand } from '../../easyconfig/types.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatLine, formatScript } from '../../lib/format.ts';
import type { Target } from './types.ts';

/** @throws CtinstallError `checksum-missing` */
export function requireChecksum({ loaded: { path }, install: { image, build } }: Target): void {
  // Packages have hashes of their own in their channels and indexes.
  const base = build === undefined || build.kind === 'definition' ? undefined : build.base;
  const isKnown = base !== undefined && (base.sha256 !== undefined || hasDigest(base.file));
  if (image === undefined || image.sha256 !== undefined) return;
  if (build !== undefined && !isKnown)
    throw new CtinstallError(
      'checksum-missing',
      `\`${formatLine(path)}\` gives no SHA-256 of what its image is built on, and checksums are enforced`,
      {
        hint: 'put it into `build.base_sha256`: `sha256sum` prints it; of `docker://` the digest: `docker://…@sha256:…`',
      },
    );
  if (build === undefined)
    throw new CtinstallError(
      'checksum-missing',
      `\`${formatLine(path)}\` gives no SHA-256 of its image, and checksums are enforced`,
      {
        hint: `if you trust the image that you have: ctinstall install --inject-checksums ${formatCommand([path])}`,
      },
    );
}

/**
 * A recipe can come from anyone: nothing of it runs outside the container unless the user says so.
 * @throws CtinstallError `host-commands`
 */
export function refuseHostCommands({ loaded, install }: Target): void {
  const onHost = ({ host }: EasyconfigCommand): boolean => host;
  const commands = [...install.postInstall, ...install.sanityCheckCommands].filter(onHost);
  if (commands.length > 0)
    throw new CtinstallError(
      'host-commands',
      `\`${formatLine(loaded.path)}\` wants to run commands outside the container`,
      {
        details: commands.map(({ command }) => `  ${formatScript(command)}`),
        hint: 'if you trust them: `--allow-host-commands`; `--dry-run` shows all that would be done',
      },
    );
}

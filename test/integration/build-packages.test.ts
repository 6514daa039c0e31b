import { expect, it } from 'vitest';
import { makeSandbox } from '../harness/sandbox.ts';

/** A package whose script gives a file another owner, in an archive of its own that lies in the image. */
const archive = `mkdir -p deb/DEBIAN deb/usr/bin archive
  printf '%s\n' 'Package: demo-tool' 'Version: 1.2' 'Architecture: all' 'Maintainer: none <none@example.org>' 'Description: demo' > deb/DEBIAN/control
  printf '#!/bin/sh\nchown games /usr/bin/demo-tool\n' > deb/DEBIAN/postinst
  printf '#!/bin/sh\necho demo 1.2\n' > deb/usr/bin/demo-tool
  chmod 755 deb/DEBIAN/postinst deb/usr/bin/demo-tool
  dpkg-deb --root-owner-group --build deb archive/demo.deb >&2
  { cat deb/DEBIAN/control; echo 'Filename: ./demo.deb'; stat -c 'Size: %s' archive/demo.deb
    sha256sum archive/demo.deb | sed 's/ .*//; s/^/SHA256: /'; } > archive/Packages
  echo 'deb [trusted=yes] file:/archive ./' > sources.list`;

const base = `Bootstrap: localimage
From: {{ BASE }}

%arguments
    BASE=x.sif

%files
    archive /archive
    sources.list /etc/apt/sources.list
`;

it('--packages has apt-get install them, in an image with files of other users and groups', async () => {
  const sandbox = makeSandbox();
  sandbox.write('base.def', base);
  const out = await sandbox.succeed(`${archive}
    ctinstall build base.sif --definition base.def --build-arg BASE="$(ls "$CT_IMAGES"/lumi-*.sif)" >&2
    ctinstall build my.sif --base base.sif --packages demo-tool >&2
    singularity exec my.sif demo-tool; singularity exec my.sif ls -A /var/lib/apt/lists
    singularity sif dump "$(singularity sif list my.sif | sed -n 's/^\\([0-9]*\\) .*SBOM.*/\\1/p')" my.sif | grep -c 'pkg:deb/debian/demo-tool@1.2'
    ctinstall show my.sif | grep '^Added'; ls -A | grep part || true`);
  expect(out).toBe('demo 1.2\n1\nAdded:      packages / from demo-tool\n');
});

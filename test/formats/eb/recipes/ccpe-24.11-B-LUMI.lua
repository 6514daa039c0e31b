help([==[

Description
===========
A programming environment.  Use eval $SWITCHTOCCPE to have a clean one.


More information
================
 - Homepage: https://cpe.example.org
]==])

whatis([==[Description: a programming environment in a container]==])

local root = "@ROOT@"

conflict("ccpe")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTCCPE", root)
setenv("EBVERSIONCCPE", "24.11")
setenv("EBDEVELCCPE", pathJoin(root, "easybuild/ccpe-24.11-B-LUMI-easybuild-devel"))

setenv("CCPE_VERSION", [==[24.11]==])

conflict( 'singularity-CPE-bindings' )
create_container_vars( 'cpe_24.11.sif', 'ccpe', '@ROOT@', '/etc/slurm,/var/run/munge,/opt/cray/pe:/opt/cray/pe:ro' )
setenv( 'SWITCHTOCCPE', [==[
# Unload what the host has.
module --force purge
if [[ -n "$LMOD_SYSTEM_NAME" ]]; then
    unset LMOD_SYSTEM_NAME
fi
for var in $(compgen -v | grep ^CRAY); do
    unset $var
done
]==] )
prepend_path( 'CCPE_PATH', '@ROOT@/share' )


-- Built with EasyBuild version 4.9.4

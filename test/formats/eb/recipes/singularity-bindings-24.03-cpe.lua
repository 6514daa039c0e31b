help([==[

Description
===========
Binds what containers with an MPI of the MPICH family need of the system.


More information
================
 - Homepage: https://docs.sylabs.io/
]==])

whatis([==[Description: Binds of the system for containers of your own]==])

local root = "@ROOT@"

conflict("singularity-bindings")

setenv("EBROOTSINGULARITYMINBINDINGS", root)
setenv("EBVERSIONSINGULARITYMINBINDINGS", "24.03")
setenv("EBDEVELSINGULARITYMINBINDINGS", pathJoin(root, "easybuild/singularity-bindings-24.03-cpe-easybuild-devel"))

setenv("SINGULARITYENV_LD_LIBRARY_PATH", "/opt/cray/pe/mpich/lib")
setenv("SINGULARITY_BIND", "/var/spool,/opt/cray,/usr/lib64/libcxi.so.1,/appl/models.squashfs:/opt/models:image-src=/")
family( 'containerbindings' )
conflict( 'singularity-AI-bindings' )

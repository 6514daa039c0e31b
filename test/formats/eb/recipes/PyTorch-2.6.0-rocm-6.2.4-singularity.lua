help([==[

Description
===========
This module provides PyTorch 2.6.0 with ROCm 6.2.4 in a container, with
Python 3.12.

The variable SIF is the path of the image: singularity exec $SIF python


More information
================
 - Homepage: https://pytorch.org/
]==])

whatis([==[Description: PyTorch, a machine learning package]==])
whatis([==[Keywords: PyTorch, ROCm]==])

local root = "@ROOT@"

conflict("PyTorch")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTPYTORCH", root)
setenv("EBVERSIONPYTORCH", "2.6.0")
setenv("EBDEVELPYTORCH", pathJoin(root, "easybuild/PyTorch-2.6.0-rocm-6.2.4-singularity-easybuild-devel"))

setenv("CONTAINERROOT", [==[@ROOT@]==])
setenv("RUNSCRIPTS", [==[@ROOT@/runscripts]==])
setenv("RUNSCRIPTSPYTORCH", [==[@ROOT@/runscripts]==])
setenv("SINGULARITYENV_PREPEND_PATH", [==[/runscripts:/user-software/venv/pytorch/bin]==])
setenv("SINGULARITYENV_VIRTUAL_ENV", [==[/user-software/venv/pytorch]==])
setenv("SINGULARITYENV_NCCL_NET_GDR_LEVEL", [==[3]==])
setenv("NCCL_SOCKET_IFNAME", [==[hsn]==])

-- Set the variables of containers.
-- create_container_vars( 'other.sif', 'PyTorch', '@ROOT@' )
create_container_vars( 'site-pytorch-rocm-6.2.4-python-3.12-pytorch-v2.6.0-dockerhash-36e16fb5b67b.sif', 'PyTorch', '@ROOT@', '/var/spool/slurmd,/opt/cray,/usr/lib64/libcxi.so.1,/pfs,/scratch,/project,@ROOT@/runscripts:/runscripts' )
conflict( 'singularity-bindings' )


-- Built with EasyBuild version 4.9.4

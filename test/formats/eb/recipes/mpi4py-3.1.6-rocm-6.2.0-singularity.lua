help([==[

Description
===========
MPI for Python.

It uses the MPI of the host.


More information
================
 - Homepage: https://mpi4py.readthedocs.io/
]==])

whatis([==[Description: MPI for Python with 'quotes' and "more"]==])

local root = "@ROOT@"

conflict("mpi4py")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTMPI4PY", root)
setenv("EBVERSIONMPI4PY", "3.1.6")
setenv("EBDEVELMPI4PY", pathJoin(root, "easybuild/mpi4py-3.1.6-rocm-6.2.0-singularity-easybuild-devel"))

setenv("RUNSCRIPTS", [==[@ROOT@/runscripts]==])
setenv("RUNSCRIPTSMPI4PY", [==[@ROOT@/runscripts]==])
setenv("CONTAINERROOT", [==[@ROOT@]==])
setenv("SINGULARITY_BIND", [==[/var/spool,/scratch:/work,/etc/x.conf:/etc/y.conf:ro,@ROOT@/runscripts:/runscripts]==])
setenv("SINGULARITYENV_PREPEND_PATH", [==[/runscripts]==])
setenv("MPICH_GPU_SUPPORT_ENABLED", [==[1]==])

create_container_vars( 'mpi4py-rocm-6.2.0-python-3.12-6.2.0.sif', 'mpi4py', '@ROOT@' )


-- Built with EasyBuild version 4.9.4

help([==[

Description
===========
ROCm in a container.


More information
================
 - Homepage: https://rocm.docs.amd.com
]==])

whatis([==[Description: ROCm in a container.]==])
whatis([==[Homepage: https://rocm.docs.amd.com]==])
whatis([==[URL: https://rocm.docs.amd.com]==])

local root = "@ROOT@"

conflict("rocm")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTROCM", root)
setenv("EBVERSIONROCM", "6.2.4")
setenv("EBDEVELROCM", pathJoin(root, "easybuild/rocm-6.2.4-singularity-easybuild-devel"))

setenv("SIF", [==[@ROOT@/rocm-6.2.4.sif]==])
setenv("SIFROCM", [==[@ROOT@/rocm-6.2.4.sif]==])
setenv("HSA_XNACK", "1")
setenv("ROCM_NOTE", "two words")
prepend_path("MANPATH", root .. "/share/man")
conflict("amd")


-- Built with EasyBuild version 4.9.4

help([==[

Description
===========
OpenFOAM


More information
================
 - Homepage: https://www.openfoam.com/
]==])

whatis([==[Description: OpenFOAM]==])
whatis([==[Homepage: https://www.openfoam.com/]==])
whatis([==[URL: https://www.openfoam.com/]==])

local root = "@ROOT@"

conflict("OpenFOAM")

depends_on("gnuplot/6.0")

depends_on("cray-python/3.11.7-x")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTOPENFOAM", root)
setenv("EBVERSIONOPENFOAM", "2312")
setenv("EBDEVELOPENFOAM", pathJoin(root, "easybuild/OpenFOAM-2312-singularity-easybuild-devel"))

prepend_path("FOAM_SITE", pathJoin(root, "site"))
prepend_path("FOAM_SITE", pathJoin(root, "site/more"))
prepend_path("MANPATH", pathJoin(root, "share/man"))
setenv("OMPI_MCA_btl", [==[^openib]==])
create_container_vars( 'OpenFOAM-2312.sif', 'OpenFOAM', '@ROOT@', '/scratch' )

-- Built with EasyBuild version 4.9.4

help([==[

Description
===========
R, as r-base of the Rocker project


More information
================
 - Homepage: https://www.r-project.org/
]==])

whatis([==[Description: R 4.4.1 (4.4)]==])

local root = "@ROOT@"

conflict("R")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTR", root)
setenv("EBVERSIONR", "4.4.1")
setenv("EBDEVELR", pathJoin(root, "easybuild/R-4.4.1-singularity-easybuild-devel"))

setenv("R_LIBS_USER", [==[~/R/4.4]==])
setenv("SINGULARITYENV_R_LIBS_SITE", [==[/usr/local/lib/R/site-library]==])
create_container_vars( 'r-base-4.4.1.sif', 'R', '@ROOT@', '/scratch' )


-- Built with EasyBuild version 4.9.4

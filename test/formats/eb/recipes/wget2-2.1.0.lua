help([==[

Description
===========
wget2


More information
================
 - Homepage: https://gitlab.com/gnuwget/wget2
]==])

whatis([==[Description: wget2]==])
whatis([==[Homepage: https://gitlab.com/gnuwget/wget2]==])
whatis([==[URL: https://gitlab.com/gnuwget/wget2]==])

local root = "@ROOT@"

conflict("wget2")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTWGET2", root)
setenv("EBVERSIONWGET2", "2.1.0")
setenv("EBDEVELWGET2", pathJoin(root, "easybuild/wget2-2.1.0-easybuild-devel"))

create_container_vars( 'wget2.sif', 'wget2', '@ROOT@' )

-- Built with EasyBuild version 4.9.4

help([==[

Description
===========
Raw text with \d and \n, 100% of it, 1.10.


More information
================
 - Homepage: https://example.org/forms
]==])

whatis([==[Description: A container in two literals]==])
whatis([==[Version: 1.10]==])

local root = "@ROOT@"

conflict("forms")

depends_on("cray-python/3.11.7-x")

depends_on("gnuplot/6.0")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTFORMS", root)
setenv("EBVERSIONFORMS", "1.10")
setenv("EBDEVELFORMS", pathJoin(root, "easybuild/forms-1.10-x-singularity-easybuild-devel"))

prepend_path("MANPATH", pathJoin(root, "share/man"))
prepend_path("MANPATH", pathJoin(root, "man"))
prepend_path("FIRST", pathJoin(root, "a"))
prepend_path("FIRST", pathJoin(root, "b"))
setenv("FORMS_NUMBER", [==[2.0]==])
setenv("PACKAGES", [==[numpy==1.0 six]==])
setenv("SINGULARITYENV_VIRTUAL_ENV", [==[/user-software/venv/mine]==])
setenv("SINGULARITYENV_PREPEND_PATH", [==[/runscripts:/user-software/venv/mine/bin]==])
setenv("TWO", [==[numpy and scipy]==])

create_container_vars( 'forms.sif', 'forms', '@ROOT@', '/scratch,/etc/x.conf:/etc/y.conf:ro' )
setenv( "ESCAPED", "a\065\066\tb" )
append_path( "LAST", pathJoin( root, "lib" ) )
pushenv( "PUSHED", "yes" )

-- Built with EasyBuild version 4.9.4

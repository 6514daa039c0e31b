help([==[

Description
===========
A desktop in a browser.

    start-vnc     starts it
    vnc-session   says whether one runs: 100% sure


More information
================
 - Homepage: https://example.org/vnc
]==])

whatis([==[Description: a desktop in a browser]==])

local root = "@ROOT@"

conflict("vnc")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTVNC", root)
setenv("EBVERSIONVNC", "20230110")
setenv("EBDEVELVNC", pathJoin(root, "easybuild/vnc-20230110-singularity-easybuild-devel"))

setenv("VNC_CONF", [==[@ROOT@/etc/vnc.conf]==])

conflict( 'lumi-vnc', 'x11vnc' )
create_container_vars( 'vnc.sif', 'vnc', '@ROOT@', '/tmp/.X11-unix' )


-- Built with EasyBuild version 4.9.4

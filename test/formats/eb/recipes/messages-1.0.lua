help([==[

Description
===========
a module that does more


More information
================
 - Homepage: https://example.org
]==])

whatis([==[Description: a module that does more]==])
whatis([==[Homepage: https://example.org]==])
whatis([==[URL: https://example.org]==])

local root = "@ROOT@"

conflict("messages")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTMESSAGES", root)
setenv("EBVERSIONMESSAGES", "1.0")
setenv("EBDEVELMESSAGES", pathJoin(root, "easybuild/messages-1.0-easybuild-devel"))

setenv("LD_LIBRARY_PATH", [==[/opt/lib]==])
setenv("MESSAGE", [==[it's "here" & there; $5 `x`]==])
set_alias("ll", "ls -l")

create_container_vars( 'messages.sif', 'messages', '@ROOT@', '/scratch' )
family( 'messages' )
set_shell_function( 'hello', 'echo hello $*', 'echo hello $*' )
LmodMessage( 'welcome' )
setenv( 'AFTER', 'x' )
if ( mode() == 'load' ) then
    setenv( 'ONLY_AT_LOAD', '1' )
end
setenv( 'LAST', '1' )


-- Built with EasyBuild version 4.9.4

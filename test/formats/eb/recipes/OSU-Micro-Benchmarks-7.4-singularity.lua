help([==[

Description
===========
Benchmarks of MPI


More information
================
 - Homepage: https://mvapich.cse.ohio-state.edu/benchmarks/
]==])

whatis([==[Description: Benchmarks of MPI]==])
whatis([==[Homepage: https://mvapich.cse.ohio-state.edu/benchmarks/]==])
whatis([==[URL: https://mvapich.cse.ohio-state.edu/benchmarks/]==])

local root = "@ROOT@"

conflict("OSU-Micro-Benchmarks")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTOSUMINMICROMINBENCHMARKS", root)
setenv("EBVERSIONOSUMINMICROMINBENCHMARKS", "7.4")
setenv("EBDEVELOSUMINMICROMINBENCHMARKS", pathJoin(root, "easybuild/OSU-Micro-Benchmarks-7.4-singularity-easybuild-devel"))

setenv("RUNSCRIPTSOSUMINMICROMINBENCHMARKS", [==[@ROOT@/runscripts]==])
create_container_vars( "osu-7.4.sif", "OSU-Micro-Benchmarks", "@ROOT@", "/scratch,/var/spool" )

-- Built with EasyBuild version 4.9.4

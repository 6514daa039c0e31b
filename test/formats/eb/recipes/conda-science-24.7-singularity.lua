help([==[

Description
===========
A conda environment.


More information
================
 - Homepage: https://example.org/conda
]==])

whatis([==[Description: A conda environment.]==])
whatis([==[Homepage: https://example.org/conda]==])
whatis([==[URL: https://example.org/conda]==])

local root = "@ROOT@"

conflict("conda-science")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTCONDAMINSCIENCE", root)
setenv("EBVERSIONCONDAMINSCIENCE", "24.7")
setenv("EBDEVELCONDAMINSCIENCE", pathJoin(root, "easybuild/conda-science-24.7-singularity-easybuild-devel"))

setenv("SINGULARITYENV_WITH_CONDA", [==[source /opt/miniconda3/bin/activate science]==])
setenv("RUNSCRIPTSCONDAMINSCIENCE", [==[@ROOT@/runscripts]==])

create_container_vars( 'conda+science_24.7.sif', 'conda-science', '@ROOT@', '/scratch,/project' )
pushenv( 'SCIENCE', 'yes' )
depends_on( 'cray-python' )


-- Built with EasyBuild version 4.9.4

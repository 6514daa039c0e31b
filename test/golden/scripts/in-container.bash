# shellcheck shell=bash disable=SC2034
# in-container.bash: what the module of this install sets. on-host.bash sources it, also that of another install whose module is
# loaded.

# Where the image is looked for when the install dir has none, whole paths.
central_images=('/appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif')  # filled in by ctinstall
# Each: host path, path in the container, `:ro` or nothing, `required` or `optional`.
module_binds=('/pfs' '/pfs' '' 'optional' '/scratch' '/scratch' '' 'optional' '/projappl' '/projappl' '' 'optional' '/project' '/project' '' 'optional' '/flash' '/flash' '' 'optional' '/appl' '/appl' '' 'optional' '/opt/cray' '/opt/cray' '' 'optional' '/var/spool/slurmd' '/var/spool/slurmd' '' 'optional' '/usr/lib64/libcxi.so.1' '/usr/lib64/libcxi.so.1' '' 'optional' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' '/runscripts' ':ro' 'required')  # filled in by ctinstall
# Where user software is seen in the container.
user_software='/user-software'  # filled in by ctinstall
# Each: name=value.
module_variables=('CONTAINERROOT=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBROOTMPI4PY=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBVERSIONMPI4PY=3.1.6' 'RUNSCRIPTS=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' 'RUNSCRIPTSMPI4PY=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts')  # filled in by ctinstall
# Name and value of those that count where the user has set none; `$USER` is who starts the wrapper.
default_variables=()  # filled in by ctinstall
# Path variables of the module. Each: name, `prepend` or `append`, a path.
module_paths=()  # filled in by ctinstall
# Each: name and value, escaped for the runtime.
container_variables=('PYTHONNOUSERSITE' '1' 'PIP_USER' '0' 'WITH_CONDA' 'source /opt/miniconda3/bin/activate mpi4py')  # filled in by ctinstall
# Of MPI. Each: name, value, and a variable that keeps it out as one of the same name does; it may be empty.
mpi_variables=()  # filled in by ctinstall
# Path variables inside. Each: name, value, and what comes in front of and behind what the user has set in its place.
container_paths=()  # filled in by ctinstall
# The virtual environment's comes after the first.
container_path=('/runscripts')  # filled in by ctinstall
# The virtual environment that is active where CTINSTALL_VENV names none; may be empty.
default_venv='mpi4py'  # filled in by ctinstall
# Where they are in the container, escaped too.
venvs_inside='/user-software/venv'  # filled in by ctinstall
# Inside the container while the user software is packed, escaped too.
packed_variables=('PIP_PYTHON' '/runscripts/pip-when-packed')  # filled in by ctinstall

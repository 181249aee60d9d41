# For the tour of README.md, from the project's folder.
source machines/firmware/hypervisor/symbols.gdb
target remote :1234
# The first instruction of each guest, by its physical address: the guests themselves are not there yet.
monitor break pa=0x90000000
monitor break pa=0x98000000

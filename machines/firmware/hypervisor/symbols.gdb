# For gdb, from the project's folder: the hypervisor is inferior 1, its guests are 2 and 3. All run together.
set schedule-multiple on
set print frame-arguments all
set print entry-values no
set output-radix 16
file machines/firmware/hypervisor/hypervisor.elf
add-inferior -exec machines/firmware/hypervisor/guest.elf
add-inferior -exec machines/firmware/hypervisor/guest.elf

define to
    tbreak $arg0
    commands
        silent
    end
    continue
    backtrace 3
end
document to
Run to a place in the hypervisor or in a guest, and show who called.
end

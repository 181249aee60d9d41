/* The bundled guest's memory image, and Linux's device tree. */
    .section .rodata.guests, "a"
    .global bundled_guest, bundled_guest_end, linux_device_tree, linux_device_tree_end
    .align  3
bundled_guest:
    .incbin "build/guest.bin"
bundled_guest_end:
    .align  3
linux_device_tree:
    .incbin "build/guest-linux.dtb"
linux_device_tree_end:

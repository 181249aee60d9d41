# What the Makefiles of the bundled firmware share. The bytes of an ELF depend on the compiler alone, not on the place of
# the sources: debug information names them by their path in the project, from where `gdb` finds them.
FIRMWARE = $(abspath $(CURDIR)/..)
CC = arm-none-eabi-gcc
OBJCOPY = arm-none-eabi-objcopy
CFLAGS = -mcpu=cortex-a15 -mfloat-abi=soft -ffreestanding -std=gnu11 -Wall -Wextra -Werror \
         -Og -g -gno-record-gcc-switches -fno-optimize-sibling-calls -fno-inline-functions-called-once \
         -mno-unaligned-access -fno-tree-loop-distribute-patterns -I../common \
         -ffile-prefix-map=$(FIRMWARE)=machines/firmware
ASFLAGS = -Wa,--debug-prefix-map=$(FIRMWARE)=machines/firmware
LDFLAGS = -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,--fatal-warnings

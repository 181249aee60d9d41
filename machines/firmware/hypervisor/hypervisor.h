/* What the files of the hypervisor offer each other. */
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

#include "text.h"
#include "world.h"

#define MAX_GUESTS 2
#define LIST_REGISTERS 4 /* GICH_VTR of a Cortex-A15 */
#define INTERRUPTS 160
#define NEVER (~0ull)

struct vm;

/* A place of the guest's physical memory where the host answers: offset from its beginning, width 1, 2 or 4 bytes. */
struct mmio_region {
    const char *name;
    u32 base, size_bytes;
    u32 (*read)(struct vm *, u32 offset, u32 width);
    void (*write)(struct vm *, u32 offset, u32 width, u32 value);
};

/* The emulated distributor (vgic.c). A bit for each interrupt. */
struct vgic {
    u32 CTLR;
    u32 enabled[INTERRUPTS / 32], group[INTERRUPTS / 32];
    u32 pending[INTERRUPTS / 32]; /* by an edge or by software, until it is in a list register */
    u32 active[INTERRUPTS / 32];  /* by software: no list register has it */
    u32 level[INTERRUPTS / 32];   /* inputs of emulated devices that are high */
    u8 priority[INTERRUPTS], target[INTERRUPTS];
    u32 config[INTERRUPTS / 16];
    u32 from_device[INTERRUPTS / 32]; /* a passed through device's: its physical interrupt is active until EOI */
    int attached;
};

/* The emulated UART (vpl011.c). */
struct vpl011 {
    u32 RIS, IMSC, CR, IBRD, FBRD, LCR_H, IFLS;
};

/* What was typed for a guest and it has not read yet: as much as the FIFO of a PL011 holds. */
struct input {
    u8 bytes[16];
    u32 first, count;
};

enum vm_state { VM_ABSENT, VM_RUNNABLE, VM_WAITING, VM_OFF };

/* A guest: one processor and what surrounds it. */
struct vm {
    struct processor processor; /* must be first: Hyp mode gets its address */
    u32 number;                 /* from 1; also its VMID */
    enum vm_state state;
    u64 *stage2;
    u32 ram_ipa, ram_pa, ram_size_bytes;
    u32 uart; /* where its console goes */
    struct mmio_region regions[4];
    u32 region_count;
    struct vgic vgic;
    struct vpl011 vpl011;
    struct input input;
    u32 failed;                 /* what went wrong, by its own checks and the host's */
    u32 exits[64];         /* by exception class (HSR.EC) */
    u32 irq_exits, fiq_exits;
    u32 maintenance_exits; /* of those, with something in GICH_MISR */
    u32 unassigned_accesses;
};

/* hyp-memory.c: what Hyp mode shares with the host */
extern struct vm vms[MAX_GUESTS];
extern struct processor *vfp_owner;
void hyp_start(void);
void hyp_stop(void);

/* world-switch.S: run them by call_hyp(); enter_guest() returns EXIT_TRAP, EXIT_FIQ or EXIT_IRQ */
u32 enter_guest(struct processor *);
void flush_guest(struct processor *);

/* host-start.S: the stub sets HVBAR to what it gets, or tells it */
#define STUB_GET_HVBAR (~0u)
u32 call_stub(u32 request, ...);
u32 call_hyp(u32 function, ...);

/* lpae.c: translation tables of the long-descriptor format, for both stages */
u64 *lpae_new_table(void);
void lpae_map(u64 *root, u32 input, u32 output, u32 size_bytes, u64 attributes);
void clean_dcache(const void *start, u32 size_bytes);
void host_mmu_start(void);

/* stage2.c */
void stage2_map_memory(struct vm *, u32 ipa, u32 pa, u32 size_bytes);
void stage2_map_device(struct vm *, u32 ipa, u32 pa, u32 size_bytes);

/* vm.c: a guest's life */
struct vm *vm_create(u32 number, u32 uart, u32 ram_pa, u32 ram_size_bytes, u32 entry_ipa, const u32 r0_r2[3]);
void vm_attach_region(struct vm *, const struct mmio_region *);
void vm_report(struct vm *, u32 passed, u32 failed);
void vm_power_off(struct vm *);

/* guest-image.c: which guests there are */
void start_guests(void);

/* exits.c, registers.c, mmio.c, psci.c */
void handle_exit(struct vm *, u32 reason);
u32 *guest_register(struct vm *, u32 n);
void skip_instruction(struct vm *, u32 HSR);
void inject_undefined(struct vm *);
void emulate_access(struct vm *, u32 HSR, u32 ipa);
void handle_psci(struct vm *, u32 immediate);

/* vgic.c: the distributor; list-registers.c: injection */
void vm_attach_vgic(struct vm *, u32 distributor_ipa, u32 cpu_interface_ipa);
void vgic_pend(struct vm *, u32 id);
void vgic_pend_device(struct vm *, u32 id);
void vgic_set_level(struct vm *, u32 id, int level);
u32 vgic_deliverable(struct vm *, u32 word);
int vgic_has_pending(struct vm *);
void list_registers_fill(struct vm *);
void list_registers_drain(struct vm *);
u32 *list_register_of(struct vm *, u32 id);

/* vtimer.c */
void vtimer_create(struct vm *);
void vtimer_update(struct vm *);
u64 vtimer_due(struct vm *);
void vtimer_arm(struct vm *);

/* vpl011.c, bvm-console.c, console-input.c, console.c */
void vm_attach_pl011(struct vm *, u32 ipa);
void vm_attach_bvm_console(struct vm *, u32 ipa);
void vpl011_received(struct vm *);
void console_listen(u32 uart);
int console_take_interrupt(u32 id);
int input_next(struct vm *);
void console_start(u32 uart);
void console_put(u32 uart, char c);

/* host-interrupts.c */
void host_interrupts_start(void);
void host_route(u32 id);
void host_route_device(u32 id, struct vm *);
void host_unroute_devices(struct vm *);
void host_enable(u32 id, int enable);
void host_let_interrupts_in(void);

/* schedule.c */
extern volatile int slice_over;
void host_timer_tick(void);
u64 read_counter(void);
void run_guests(void);

#endif

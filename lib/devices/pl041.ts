/**
 * PL041 advanced audio CODEC interface (ARM DDI 0173B, chapter 3) with an LM4549 on its AC-link, as the motherboard has
 * it: one channel, whose FIFOs are 512 samples deep. Samples go at the codec's rates by virtual time; what is recorded
 * is silence, unless the loopback gives back what is played.
 */
import { rateOf, type Rate } from '../clock/rate.ts';
import { defineDevice } from '../device/device.ts';
import { busClock } from '../device/primecell.ts';
import { CommandSlots, idleSlots } from './ac97/command-slots.ts';
import { codecAfterReset, rateOfConverter, writeCodec } from './ac97/lm4549.ts';
import { pl041Registers } from './ac97/registers.ts';
import { emptyFifo, SampleFifo } from './ac97/sample-fifo.ts';

const DEPTH = 512;
/** The slots that the codec plays and records. */
const LEFT = 3;
const RIGHT = 4;
const CLEARS = { RXOEC1: 1 << 1, TXUEC1: 1 << 5 } as const;

export const pl041 = defineDevice({
  compatible: 'arm,pl041',
  summary: 'PL041 advanced audio CODEC interface with an LM4549',
  reference: 'ARM DDI 0173B',
  sizeBytes: 0x1000,
  properties: {
    outFile: { type: 'path', default: '', summary: 'the WAV file that takes what is played' },
  },
  interrupts: ['AACIINTR'],
  registers: pl041Registers,
  // Linux, bindings/sound/arm,pl041.yaml.
  deviceTree: () => ({ node: 'aaci', compatible: ['arm,pl041', 'arm,primecell'], clocks: busClock }),
  state: () => ({
    codec: codecAfterReset(),
    play: emptyFifo(DEPTH),
    record: emptyFifo(DEPTH),
    slots: idleSlots(),
    /** Until when samples have gone over the link. */
    asOfNs: 0,
  }),

  behave({ registers, state, properties, clock, host, line, event, report }) {
    const { AACITXCR1, AACIRXCR1, AACISR1, AACIISR1, AACIIE1, AACIMAINCR, AACIRESET, AACISLFR } = registers;
    const interrupt = line('AACIINTR');
    const sound = host.sound(properties.outFile);
    const play = new SampleFifo(state.play, AACITXCR1);
    const record = new SampleFifo(state.record, AACIRXCR1);

    const linked = () => AACIMAINCR.AACIFE === 1 && AACIRESET.NRST === 1;
    const rateOfPlay = () => rateOf(rateOfConverter(state.codec, 'dac'));
    const rateOfRecord = () => rateOf(rateOfConverter(state.codec, 'adc'));
    /** How many slots the codec fills. */
    const recorded = () =>
      AACIMAINCR.LOOPBK ? 0 : Number(record.slots.includes(LEFT)) + Number(record.slots.includes(RIGHT));

    const receive = (sample: number) => {
      if (record.filled < record.depth) record.push(sample);
      else AACISR1.RXO = 1;
    };
    /** Sends samples with so many frames, or as far as there are any. */
    const sendFrames = (wanted: number) => {
      const { slots } = play;
      if (slots.length === 0 || wanted === 0) return;
      const frames = Math.min(wanted, Math.floor(play.filled / slots.length));
      if (frames < wanted) AACISR1.TXU = 1;
      if (frames === 0) return;
      const pairs = new Int16Array(2 * frames);
      for (let n = 0; n < frames; n++)
        for (const slot of slots) {
          const sample = play.shift();
          if (AACIMAINCR.LOOPBK && record.slots.includes(slot)) receive(sample);
          if (slot === LEFT || slot === RIGHT) pairs[2 * n + slot - LEFT] = sample >>> 4;
        }
      if (!AACIMAINCR.LOOPBK) sound.write(pairs, rateOfPlay().hz);
    };
    const recordFrames = (frames: number) => {
      const samples = frames * recorded();
      for (let n = 0; n < samples && !AACISR1.RXO; n++) receive(0);
    };
    /** Until then nothing happens on the link by itself. */
    let nextFrameNs = Infinity;
    /** Lets samples go over the link until now: before anything changes that they depend on. */
    const advance = () => {
      const now = clock.now();
      if (now < nextFrameNs) return;
      const framesOf = (rate: Rate) => rate.ticksAt(now) - rate.ticksAt(state.asOfNs);
      sendFrames(framesOf(rateOfPlay()));
      recordFrames(framesOf(rateOfRecord()));
      state.asOfNs = now;
    };

    /** Derives the flags, the interrupt and the next event from the FIFOs. */
    const drive = () => {
      AACISR1.RXFE = Number(record.filled === 0);
      AACISR1.TXFE = Number(play.filled === 0);
      AACISR1.RXHF = Number(2 * record.filled >= record.depth);
      AACISR1.TXHE = Number(2 * play.filled <= play.depth);
      AACISR1.RXFF = Number(record.filled >= record.depth);
      AACISR1.TXFF = Number(play.filled >= play.depth);
      AACISR1.RXB = Number(linked() && recorded() > 0);
      AACISR1.TXB = Number(linked() && play.slots.length > 0 && play.filled >= play.slots.length);
      AACIISR1.TXC = AACISR1.TXFE;
      AACIISR1.TX = AACISR1.TXHE;
      AACIISR1.RX = AACISR1.RXHF;
      AACIISR1.OR = AACISR1.RXO;
      AACIISR1.UR = AACISR1.TXU;
      // An interrupt is asserted if it is enabled as well (3.4.1).
      AACIISR1.value &= AACIIE1.value;
      interrupt.set(AACIISR1.value !== 0);
      const [playing, recording] = [rateOfPlay(), rateOfRecord()];
      nextFrameNs = linked() ? Math.min(endOf(1, playing), endOf(1, recording)) : Infinity;
      const next = Math.min(endOf(framesToSend(), playing), endOf(framesToRecord(), recording));
      samples.schedule(linked() ? next : Infinity);
    };
    const endOf = (frames: number, rate: Rate) =>
      frames === Infinity ? Infinity : rate.nsOfTick(rate.ticksAt(state.asOfNs) + frames);
    /** After how many frames a flag of what is played changes. */
    const framesToSend = () => {
      const { filled, depth, slots } = play;
      if (slots.length === 0) return Infinity;
      if (2 * filled > depth) return Math.ceil((filled - depth / 2) / slots.length);
      return Math.floor(filled / slots.length) || (AACISR1.TXU ? Infinity : 1);
    };
    const framesToRecord = () => {
      const { filled, depth } = record;
      const slots = recorded();
      if (slots === 0 || AACISR1.RXO) return Infinity;
      return Math.max(1, Math.ceil(((2 * filled < depth ? depth / 2 : depth) - filled) / slots));
    };
    const update = () => {
      if (clock.now() < nextFrameNs) return;
      advance();
      drive();
    };
    const samples = event('samples', update);

    const slots = new CommandSlots(registers, state.slots, {
      read: (address) => state.codec[address]!,
      write(address, value) {
        advance();
        writeCodec(state.codec, address, value);
        drive();
      },
    });
    const frame = event('frame', () => {
      slots.endOfFrame();
      sendSlots();
    });
    const sendSlots = () => {
      if (linked()) slots.send(clock);
      frame.schedule(slots.dueNs);
    };

    /** After the link came up or went down. */
    const relink = () => {
      if (!AACIRESET.NRST) state.codec.set(codecAfterReset());
      if (!AACIMAINCR.AACIFE) {
        play.clear();
        record.clear();
        AACISR1.value = 0;
      }
      if (!linked()) slots.drop();
      state.asOfNs = clock.now();
      drive();
      sendSlots();
    };
    const status = () => {
      update();
      return AACIISR1.value;
    };

    return {
      read: {
        AACISR1() {
          update();
          return AACISR1.value;
        },
        AACIISR1: status,
        AACIALLINTS: status,
        AACIMAINFR() {
          update();
          return AACISR1.RXB | (AACISR1.TXB << 1);
        },
        AACISL1RX() {
          AACISLFR.SL1RXV = 0;
          return registers.AACISL1RX.value;
        },
        AACISL2RX() {
          AACISLFR.SL2RXV = 0;
          return registers.AACISL2RX.value;
        },
        AACIDR1() {
          advance();
          const word = record.shiftWord();
          drive();
          return word;
        },
      },
      write: {
        AACIRXCR1(value) {
          advance();
          AACIRXCR1.value = value;
          drive();
        },
        AACITXCR1(value) {
          advance();
          AACITXCR1.value = value;
          drive();
        },
        AACIIE1(value) {
          advance();
          AACIIE1.value = value;
          drive();
        },
        AACISL1TX(value) {
          if (!linked()) report('a codec register is accessed while AACIMAINCR or AACIRESET keeps the link down');
          registers.AACISL1TX.value = value;
          AACISLFR.SL1TXE = 0;
          sendSlots();
        },
        AACISL2TX(value) {
          registers.AACISL2TX.value = value;
          AACISLFR.SL2TXE = 0;
        },
        AACISL12TX(value) {
          registers.AACISL12TX.value = value;
          AACISLFR.SL12TXE = 0;
          sendSlots();
        },
        AACIINTCLR(value) {
          advance();
          if (value & CLEARS.RXOEC1) AACISR1.RXO = 0;
          if (value & CLEARS.TXUEC1) AACISR1.TXU = 0;
          drive();
        },
        AACIMAINCR(value) {
          advance();
          AACIMAINCR.value = value;
          relink();
        },
        AACIRESET(value) {
          advance();
          AACIRESET.value = value;
          relink();
        },
        AACIDR1(value) {
          advance();
          if (!play.pushWord(value)) report('a sample is written into a full FIFO');
          drive();
        },
      },
      settle() {
        drive();
        sendSlots();
      },
    };
  },
});

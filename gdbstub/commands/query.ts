/** What client and stub tell each other first. GDB manual, Appendix E.4 (`qSupported`), E.11. */
import { packet, type Commands, type Request } from '../packet.ts';

/** Features that are of use only to a client that named them in its own list. */
const ONLY_IF_OFFERED = new Set(['multiprocess', 'swbreak', 'hwbreak', 'error-message']);

export const query: Commands = {
  features: ['QStartNoAckMode+', 'multiprocess+', 'error-message+'],
  packets: [
    packet('qSupported', 'ask for the features of the stub', (request) => supported(request, '')),

    packet(
      'qSupported:{offers:text}',
      'ask for the features of the stub, naming those of the client',
      (request, { offers }) => supported(request, offers),
    ),

    packet('QStartNoAckMode', 'end acknowledgements', (request) => {
      request.stopAcknowledging();
      return 'OK';
    }),
  ],
};

function supported({ offers, features, view, packetSize }: Request, text: string): string {
  offers.clear();
  for (const offer of text.split(';')) {
    if (offer.endsWith('+')) offers.add(offer.slice(0, -1));
  }
  view.multiprocess = offers.has('multiprocess');
  view.announce();
  const answered = features.filter((feature) => {
    const name = feature.slice(0, -1);
    return !ONLY_IF_OFFERED.has(name) || offers.has(name);
  });
  return [`PacketSize=${packetSize.toString(16)}`, ...answered].join(';');
}

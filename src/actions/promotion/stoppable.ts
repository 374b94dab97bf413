import type { PromotePorts } from '../../promotion/promote.ts';
import type { StageWay } from '../../promotion/ways/way.ts';

/**
 * The same ports, until the run is cancelled: from then on each of them throws the signal's reason before it does
 * anything. What is claimed by then is taken up by the next run.
 */
export function stoppable(ports: PromotePorts, signal: AbortSignal): PromotePorts {
  const { records, observer } = ports;
  return {
    ...ports,
    records: {
      read: async () => {
        signal.throwIfAborted();
        return records.read();
      },
      change: async (next) => {
        signal.throwIfAborted();
        return records.change(next);
      },
    },
    observer: {
      observe: async (record) => {
        signal.throwIfAborted();
        return observer.observe(record);
      },
    },
    way: (stage) => stoppableWay(ports.way(stage), signal),
  };
}

function stoppableWay(way: StageWay, signal: AbortSignal): StageWay {
  const { proceed, tidy } = way;
  return {
    find: async (order) => {
      signal.throwIfAborted();
      return way.find(order);
    },
    act: async (order) => {
      signal.throwIfAborted();
      return way.act(order);
    },
    look: async (order, effect) => {
      signal.throwIfAborted();
      return way.look(order, effect);
    },
    ...(proceed && {
      proceed: async (order, effect) => {
        signal.throwIfAborted();
        return proceed(order, effect);
      },
    }),
    ...(tidy && {
      tidy: async (order, effect, why) => {
        signal.throwIfAborted();
        return tidy(order, effect, why);
      },
    }),
  };
}

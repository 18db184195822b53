import { Counter, Gauge, type Registry } from "prom-client";
import { STREAM_KINDS, type StreamKind } from "./connections.ts";

/** What is read off when somebody scrapes. */
export interface PushGauges {
  open: (kind: StreamKind) => number;
  /** Videos and jobs that are followed. */
  followed: () => number;
  /** Tenant channels that are subscribed to. */
  subscriptions: () => number;
}

export interface PushMetrics {
  sent: (kind: StreamKind) => void;
  dropped: (kind: StreamKind) => void;
  coalesced: () => void;
  gauges: (gauges: PushGauges) => void;
}

/** Counted in plain numbers and handed over when somebody scrapes. */
export function createPushMetrics(registry: Registry): PushMetrics {
  const sent: Record<StreamKind, number> = { sse: 0, sse_tenant: 0, ws: 0 };
  const dropped: Record<StreamKind, number> = { sse: 0, sse_tenant: 0, ws: 0 };
  let coalesced = 0;
  const registers = [registry];
  const perKind = (name: string, help: string, counts: Record<StreamKind, number>) =>
    new Counter({
      name,
      help,
      labelNames: ["kind"],
      registers,
      collect() {
        this.reset();
        for (const kind of STREAM_KINDS) this.inc({ kind }, counts[kind]);
      },
    });
  perKind("progress_stream_events_total", "Events written to streams", sent);
  perKind("progress_streams_dropped_total", "Clients dropped because they took too little of what was sent", dropped);
  new Counter({
    name: "progress_changes_coalesced_total",
    help: "Changes told while the one before them was not sent yet",
    registers,
    collect() {
      this.reset();
      this.inc(coalesced);
    },
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  return {
    sent: (kind) => {
      sent[kind] += 1;
    },
    dropped: (kind) => {
      dropped[kind] += 1;
    },
    coalesced: () => {
      coalesced += 1;
    },
    gauges: ({ open, followed, subscriptions }) => {
      new Gauge({
        name: "progress_streams_open",
        help: "Open streams",
        labelNames: ["kind"],
        registers,
        collect() {
          for (const kind of STREAM_KINDS) this.set({ kind }, open(kind));
        },
      });
      gauge("progress_subjects_followed", "Videos and jobs that streams follow", followed);
      gauge("progress_tenant_subscriptions", "Tenant channels subscribed to", subscriptions);
    },
  };
}

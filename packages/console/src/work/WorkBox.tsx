import type { WorkItem } from "@lectern/client";
import { useWorkBox } from "@lectern/client/react";
import { CloudOff, Inbox } from "lucide-react";
import { useState } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";
import { reasonOf } from "../ui/reason-of.ts";
import { TransferRow } from "../uploads/TransferRow.tsx";
import { useTransfers } from "../uploads/TransfersContext.ts";
import { RowSkeletons } from "./RowSkeletons.tsx";
import { useAnnouncedEnds } from "./useAnnouncedEnds.ts";
import { useHandedOver } from "./useHandedOver.ts";
import { WorkRow } from "./WorkRow.tsx";

/** What came of a lecture is shown here for so long; after that the library has it. */
const LATELY_MS = 3 * 86_400_000;

/** At work, then in the order of the line, then what is over. */
function rank({ status, progress }: WorkItem): number {
  if (status === "PROCESSING") return 0;
  return status === "UPLOADED" ? (progress?.queue_position ?? Number.MAX_SAFE_INTEGER - 1) : Number.MAX_SAFE_INTEGER;
}

const isUnderWay = ({ status }: WorkItem) => status === "UPLOADED" || status === "PROCESSING";

/** What is sent, waits, is converted, and what came of the last ones: under way first, then the newest first. */
export function WorkBox() {
  const { t } = useI18n();
  const [since] = useState(() => new Date(Date.now() - LATELY_MS).toISOString());
  const box = useWorkBox({ status: ["UPLOADED", "PROCESSING", "READY", "FAILED"], createdAfter: since });
  const { transfers } = useTransfers();
  const list = useHandedOver(box.items, box.refresh);
  useAnnouncedEnds(box.items);
  const items = box.items.filter(({ video }) => !transfers.has(video.id));
  const sorted = items.toSorted((one, other) => rank(one) - rank(other));
  const active = transfers.underWay.length + items.filter(isUnderWay).length;

  function content() {
    if (list.length > 0 || sorted.length > 0)
      return (
        <ul className="rows panel">
          {list.map((transfer) => (
            <TransferRow key={`t${transfer.key}`} transfer={transfer} />
          ))}
          {sorted.map((item) => (
            <WorkRow key={item.video.id} video={item.video} progress={item.progress} onChanged={box.refresh} />
          ))}
        </ul>
      );
    if (box.error !== null)
      return (
        <div className="panel">
          <Empty bad icon={<CloudOff size={26} />} title={t.work.failedTitle} text={reasonOf(box.error, t)}>
            <Button onPress={box.refresh}>{t.common.retry}</Button>
          </Empty>
        </div>
      );
    if (box.loading) return <RowSkeletons />;
    return (
      <div className="panel">
        <Empty icon={<Inbox size={26} />} title={t.work.emptyTitle} text={t.work.emptyText} />
      </div>
    );
  }

  return (
    <section className="section" aria-labelledby="work">
      <div className="section-head">
        <h2 id="work">{t.work.title}</h2>
        {active > 0 ? <span className="tag accent">{t.work.active(active)}</span> : null}
        <p className="muted">{t.work.text}</p>
      </div>
      {content()}
      {box.hasMore && (
        <div className="more">
          <Button onPress={box.loadMore}>{t.library.more}</Button>
        </div>
      )}
    </section>
  );
}

import t from "tap";
import { lecture } from "./support/lecture.ts";
import { startClientSystem } from "./support/system.ts";

const [system, bytes] = await Promise.all([startClientSystem(t), lecture(1)]);

t.test("a lecture is uploaded and followed to READY", async (t) => {
  const client = system.client();
  const upload = client.upload(new File([new Uint8Array(bytes)], "lecture.mp4", { type: "video/mp4" }));
  const phases = new Set<string>([upload.state.phase]);
  upload.subscribe(({ phase }) => phases.add(phase));
  const { id } = await upload.done;
  t.strictSame([...phases], ["creating", "uploading", "completing", "done"]);
  t.equal(upload.state.sentBytes, bytes.length);

  const watch = client.watch(id);
  const percents: number[] = [];
  for await (const { progress } of watch) percents.push(progress);
  t.equal(percents.at(-1), 100);
  t.strictSame(
    percents,
    percents.toSorted((one, other) => one - other),
  );
  t.equal((await client.videos.get(id)).title, "lecture");
});

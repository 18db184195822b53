/**
 * What the page does, with the file that was chosen in it: sends it by the client, or by as little as can send it. Both
 * PUT the same parts to addresses that the same service signed, as many at once.
 */
import { createClient } from "./lectern.js";

const chosen = () => document.querySelector("input").files[0];

/** Create to assembled: what the client asks for and notes down on the way is part of it. */
globalThis.sendByClient = async ({ url, token, parallel }) => {
  const client = createClient({ uploadUrl: url, progressUrl: url, token, locale: "en", parallel });
  const began = performance.now();
  const upload = client.upload(chosen(), { resume: false });
  let [ms, troubles, last] = [0, 0, null];
  upload.subscribe(({ phase, error }) => {
    if (phase === "completing" && ms === 0) ms = performance.now() - began;
    if (error !== null && error !== last && ms === 0) troubles += 1;
    last = error;
  });
  let end = "UPLOADED";
  try {
    const { id } = await upload.done;
    await client.videos.remove(id);
  } catch (error) {
    end = error.code;
  }
  if (ms === 0) throw new Error(`the upload ended before everything was sent: ${end}`);
  return { ms, troubles, end, id: upload.state.id };
};

/** The bare PUTs: everything is created and signed before the clock starts, and nothing is kept, told or assembled. */
globalThis.sendBare = async ({ url, token, parallel }) => {
  const file = chosen();
  const call = async (method, path, body) => {
    const answer = await fetch(`${url}/api/v1/media/videos/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  const video = { title: "Bare", filename: file.name, content_type: "video/mp4", size_bytes: file.size };
  const { id } = await call("POST", "", video);
  const { upload_id, part_size, part_count } = await call("POST", `${id}/upload/multipart/`, {});
  const numbers = Array.from({ length: part_count }, (_, index) => index + 1);
  const signed = [];
  for (let at = 0; at < part_count; at += 100) {
    const part_numbers = numbers.slice(at, at + 100);
    signed.push(...(await call("POST", `${id}/upload/multipart/sign`, { upload_id, part_numbers })).parts);
  }
  const put = ({ part_number, url, headers }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open("PUT", url);
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      xhr.onload = () => (xhr.status === 200 ? resolve() : reject(new Error(`PUT: ${xhr.status}`)));
      xhr.onerror = () => reject(new Error("PUT: no answer"));
      const start = (part_number - 1) * part_size;
      xhr.send(file.slice(start, Math.min(file.size, start + part_size)));
    });
  const queue = [...signed];
  const lane = async () => {
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) await put(part);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: parallel }, lane));
  const ms = performance.now() - began;
  await call("DELETE", `${id}/`);
  return { ms, id, uploadId: upload_id, partBytes: part_size, parts: part_count };
};

// Bundled with Uppy and run in a page: what a site writes to upload in parts through our API.
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";

/** Uploads a file in parts; `stopAfter` sends the first so many, and leaves, as a reload does, once they are recorded. Gives how many were sent. */
globalThis.uploadInParts = async ({ video, token, bytes, size, stopAfter }) => {
  async function call(method, tail, body) {
    const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(`${video}upload/${tail}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${tail}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }
  const open = await call("POST", "multipart/", {});
  const toPart = ({ PartNumber, ETag }) => ({
    part_number: PartNumber,
    size_bytes: PartNumber < open.part_count ? open.part_size : size - (open.part_count - 1) * open.part_size,
    etag: ETag,
  });

  const uppy = new Uppy().use(AwsS3, {
    shouldUseMultipart: true,
    getChunkSize: () => open.part_size,
    createMultipartUpload: () => ({ uploadId: open.upload_id, key: video }),
    async signPart(_file, { uploadId, partNumber }) {
      if (partNumber > stopAfter) return new Promise(() => {}); // the page is gone before this one has its address
      const { parts } = await call("POST", "multipart/sign", { upload_id: uploadId, part_numbers: [partNumber] });
      return parts[0];
    },
    async listParts() {
      const { parts } = await call("GET", "multipart/parts");
      return parts.map(({ part_number, size_bytes, etag }) => ({
        PartNumber: part_number,
        Size: size_bytes,
        ETag: etag,
      }));
    },
    async completeMultipartUpload(_file, { uploadId, parts }) {
      await call("POST", "multipart/complete", { upload_id: uploadId, parts: parts.map(toPart) });
      return {};
    },
    abortMultipartUpload: (_file, { uploadId }) => call("POST", "multipart/abort", { upload_id: uploadId }),
  });

  let sent = 0;
  let recorded = 0;
  const left = new Promise((resolve, reject) => {
    uppy.on("s3-multipart:part-uploaded", async (_file, part) => {
      sent += 1;
      await call("POST", "multipart/parts", { upload_id: open.upload_id, parts: [toPart(part)] }).catch((error) => {
        // The one that came last may be recorded when the parts are assembled already.
        if (!/MULTIPART_ASSEMBLED|VIDEO_NOT_PENDING/.test(error.message)) reject(error);
      });
      recorded += 1;
      if (recorded === stopAfter) resolve();
    });
  });

  const film = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
  const box = new DataView(new ArrayBuffer(size - film.length));
  box.setUint32(0, box.byteLength);
  box.setUint32(4, 0x66726565); // "free": players skip it
  const id = uppy.addFile({
    name: "lecture.mp4",
    type: "video/mp4",
    data: new Blob([film, box], { type: "video/mp4" }),
  });
  // Known parts: Uppy asks for them, and sends the others.
  if (open.parts.length > 0) uppy.setFileState(id, { s3Multipart: { key: video, uploadId: open.upload_id } });
  const uploaded = uppy.upload().then(({ failed }) => {
    if (failed.length > 0) throw new Error(String(failed[0].error));
  });
  await (stopAfter === undefined ? uploaded : Promise.race([left, uploaded]));
  return sent;
};

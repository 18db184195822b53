import t from "tap";
import { measurePlaylist, renditionsOf } from "../../src/demo/overview.ts";

const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Korean, stereo",DEFAULT=YES,URI="audio/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="x",URI="s.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2457123,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"
720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS="mp4a.40.2"
audio/index.m3u8`;

t.test("renditions of a master playlist, also with commas in quotes", async (t) => {
  t.same(renditionsOf(MASTER), [
    { kind: "audio", name: "Korean, stereo", kilobitsPerSecond: null, codecs: "", uri: "audio/index.m3u8" },
    {
      kind: "video",
      name: "1280x720",
      kilobitsPerSecond: 2457,
      codecs: "avc1.64001f,mp4a.40.2",
      uri: "720p/index.m3u8",
    },
    { kind: "audio", name: "sound only", kilobitsPerSecond: 96, codecs: "mp4a.40.2", uri: "audio/index.m3u8" },
  ]);
  t.same(renditionsOf(MASTER.replaceAll("\n", "\r\n")), renditionsOf(MASTER));
});

t.test("segments and length of a playlist", async (t) => {
  t.same(measurePlaylist("#EXTM3U\n#EXTINF:4.000,\na\n#EXTINF:2.5,title\nb\n#EXT-X-ENDLIST"), {
    segments: 2,
    seconds: 6.5,
  });
});

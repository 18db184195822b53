import { randomTenant, signDevToken, startTestSystem, testStack } from "@lectern/local-stack";
import t, { type Test } from "tap";
import { lectureFiles } from "./support/files.ts";
import {
  choose,
  drop,
  isAccessible,
  openWindow,
  playedPast,
  RECORD,
  rowOf,
  signIn,
  untilAnnounced,
} from "./support/page.ts";
import { holdParts, holdPuts, partsSent } from "./support/parts.ts";

const { chromium } = await testStack();

if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else await teaches(t, chromium);

/** A teacher's hour: everything in one window, against the system as `npm run dev` serves it. */
async function teaches(t: Test, executable: string): Promise<void> {
  const [system, window, files] = await Promise.all([
    startTestSystem({
      settings: {
        "upload-service": { DRAIN_DELAY_MS: "0" },
        "progress-service": { DRAIN_DELAY_MS: "0" },
        "encode-worker": { X264_PRESET: "ultrafast" },
      },
    }),
    openWindow(t, executable),
    lectureFiles(t),
  ]);
  t.teardown(() => system.stop());
  const { url } = await system.startConsole();
  const tenantId = randomTenant();
  const claims = { audience: "media-api", subject: "teacher", tenantId, ttlSeconds: 3_600 } as const;
  const token = await signDevToken(system.secrets, claims);
  const page = await window.newPage();

  await t.test("a wrong token is explained, a good one lets in", async (t) => {
    await page.goto(url);
    await page.getByRole("heading", { name: "로그인" }).waitFor();
    t.equal(await page.locator("html").getAttribute("lang"), "ko", "the browser's language");
    t.match(await page.locator("main").textContent(), /npm run -s token/, "a developer is told how to get one");
    await isAccessible(t, page, "sign in");
    await signIn(page, "not a token");
    t.match(await page.getByRole("alert").textContent(), /접속 코드가 아닙니다/);
    const foreign = { ...system.secrets, jwt: "0".repeat(64) };
    await signIn(page, await signDevToken(foreign, claims));
    await page.getByText("올바르지 않은 접속 코드입니다").waitFor();
    await signIn(page, `Bearer ${token}\n`);
    await page.getByText("최근에 올린 강의가 없습니다").waitFor();
    await isAccessible(t, page, "no uploads yet");
  });

  await t.test("language and theme are switched and remembered", async (t) => {
    await choose(page, "설정", "English");
    await page.getByRole("heading", { name: "No recent uploads" }).waitFor();
    await choose(page, "Settings", "Dark");
    await page.reload();
    await page.getByRole("heading", { name: "No recent uploads" }).waitFor();
    t.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await choose(page, "Settings", "Same as the device");
    await choose(page, "Settings", "한국어");
    await page.getByText("최근에 올린 강의가 없습니다").waitFor();
  });

  await t.test("the lecture in a folder that is dropped is sent, shown live, and plays", async (t) => {
    await page.evaluate(RECORD);
    await drop(page, files.folder);
    await page.getByText("파일 1개는 동영상이나 음성 파일이 아니거나").waitFor();
    const row = rowOf(page, "미적분 5강");
    await row.waitFor();
    await isAccessible(t, page, "work under way");
    await row.getByRole("button", { name: "시청" }).waitFor();
    const seen = await page.evaluate<number[]>("bars");
    t.ok(
      seen.some((percent) => percent > 0 && percent < 100),
      `the bar moved: ${seen}`,
    );
    await untilAnnounced(page, "시청할 수 있습니다");

    await row.getByRole("button", { name: "시청" }).click();
    await page.getByRole("button", { name: "재생", exact: true }).click();
    await playedPast(page, 1);
    await page.locator(".seek").hover();
    await page.getByTestId("preview").waitFor();
    await page.keyboard.press("k");
    t.ok(await page.evaluate("document.querySelector('video').paused"), "k pauses");
    await page.keyboard.press("9");
    await playedPast(page, 20);
    await isAccessible(t, page, "the player");
    await page.getByRole("button", { name: "재생 설정" }).click();
    await page.getByRole("menuitemradio", { name: "1.5×" }).click();
    t.equal(await page.evaluate("document.querySelector('video').playbackRate"), 1.5);
    await page.keyboard.press("Escape");
  });

  await t.test("a file that is broken fails with its reason, and can be tried again", async (t) => {
    await page.getByRole("link", { name: "업로드" }).click();
    await drop(page, files.broken);
    const row = rowOf(page, "끊긴 강의");
    await row.getByText("파일이 중간에 끊겨 있습니다").waitFor();
    await isAccessible(t, page, "a failed lecture");
    const retried = page.waitForResponse(
      (answer) => answer.url().endsWith("/retry/") && answer.request().method() === "POST",
    );
    await row.getByRole("button", { name: "다시 시도" }).click();
    t.match(await (await retried).json(), { generation: 2, status: "UPLOADED" });
    await row.getByText("파일이 중간에 끊겨 있습니다").waitFor();
  });

  await t.test("what was sent before is asked about, and an upload that is cancelled says so", async (t) => {
    await drop(page, files.folder);
    const question = page.getByRole("alertdialog", { name: "이미 올린 파일입니다" });
    await question.getByText(/업로드$/).waitFor();
    await isAccessible(t, page, "a file that was sent before");
    const held = await holdPuts(window);
    await question.getByRole("button", { name: "다시 올리기" }).click();
    await held.first;
    const row = rowOf(page, "미적분 5강").first();
    await row.getByRole("button", { name: "업로드 취소: 미적분 5강" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "업로드 취소" }).click();
    await row.getByText("업로드 취소됨").waitFor();
    await untilAnnounced(page, "업로드를 취소했습니다");
    await page.setViewportSize({ width: 390, height: 844 });
    t.ok(await row.getByText("다시 올리기", { exact: true }).isVisible(), "on a phone a sign has its word too");
    t.ok(await rowOf(page, "미적분 5강").last().getByText("시청", { exact: true }).isVisible());
    await page.setViewportSize({ width: 1280, height: 800 });
    await held.release();
    await row.getByRole("button", { name: "목록에서 지우기" }).click();
    await row.getByText("업로드 취소됨").waitFor({ state: "detached" });
    t.equal(await rowOf(page, "미적분 5강").count(), 1);
  });

  await t.test("the network goes, the page is loaded again, and no part is sent twice", async (t) => {
    const sent = partsSent(window);
    const held = await holdParts(window, 3);
    await page.setInputFiles("input[type=file] >> nth=0", files.large);
    await sent.until(2);
    const second = await window.newPage();
    await second.goto(url);
    await signIn(second, token);
    await rowOf(second, "미적분 5강").waitFor();
    t.equal(await second.getByText("중단된 업로드").count(), 0, "what one tab sends is not offered in another");

    await window.setOffline(true);
    await held.cut();
    await page.getByText("인터넷 연결이 끊겼습니다").waitFor();
    await rowOf(page, "화학 6강").getByText("연결을 기다리는 중").waitFor();
    await second.close();
    await window.setOffline(false);
    await page.reload();
    await held.release();
    const before = sent.count();

    const row = rowOf(page, "화학 6강");
    await page.getByRole("heading", { name: "중단된 업로드" }).waitFor();
    await isAccessible(t, page, "an interrupted upload");
    await row.locator("input[type=file]").setInputFiles(files.other);
    await row.getByText("다른 파일입니다").waitFor();
    await row.locator("input[type=file]").setInputFiles(files.large);
    await row
      .getByText(/대기 중|변환 중|완료/)
      .first()
      .waitFor();
    t.ok(before >= 2 && before < 5, `${before} of 5 parts were sent before`);
    t.same(sent.numbers().toSorted(), ["1", "2", "3", "4", "5"], "each part was sent once");

    const other = await window.newPage();
    await other.goto(url);
    await signIn(other, token);
    await Promise.all(
      [page, other].map((each) => rowOf(each, "화학 6강").getByRole("button", { name: "시청" }).waitFor()),
    );
    await other.close();
  });

  await t.test("the library finds, filters and deletes", async (t) => {
    await page.getByRole("link", { name: "강의 목록" }).click();
    await page.getByRole("link", { name: "화학 6강" }).waitFor();
    await isAccessible(t, page, "the library");
    await page.getByRole("radio", { name: "실패" }).click();
    await page.getByRole("link", { name: "화학 6강" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "끊긴 강의" }).waitFor();
    await page.getByRole("radio", { name: "전체" }).click();
    await page.getByRole("searchbox").fill("미적분");
    await page.getByRole("link", { name: "끊긴 강의" }).waitFor({ state: "detached" });
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "‘끊긴 강의’ 더 보기" }).click();
    await page.getByRole("menuitem", { name: "삭제" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "삭제" }).click();
    await page.getByRole("link", { name: "끊긴 강의" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "화학 6강" }).waitFor();
  });

  await t.test("a token that is no longer accepted is asked for again, over the page", async (t) => {
    await window.route(
      (address) => address.href.startsWith(system.urls.upload) && address.pathname.endsWith("/videos/"),
      (route) => route.fulfill({ status: 401, headers: { "access-control-allow-origin": "*" }, json: {} }),
      { times: 1 },
    );
    await page.getByRole("radio", { name: "완료" }).click();
    const dialog = page.getByRole("dialog", { name: "다시 로그인해 주세요" });
    await dialog.getByText("접속 코드를 더 이상 사용할 수 없습니다").waitFor();
    await isAccessible(t, page, "signing in again");
    await signIn(page, token);
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "화학 6강" }).waitFor();
  });
}

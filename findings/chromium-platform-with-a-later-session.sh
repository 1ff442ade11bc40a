#!/usr/bin/env bash
# Chromium 153 forgets the platform of Emulation.setUserAgentOverride, and keeps the user agent, at the first navigation
# of a page to which another DevTools session was attached after the one that had set them.
#
# Playwright or puppeteer, connected to a browser that something else has set up, are such later sessions: pages then see a
# user agent of Windows on the platform "Linux x86_64". The session that set both is still attached and gets no error.
# Why it matters here: the local engine sets what BrowserOption says, then users connect their own library. It also defines
# navigator.platform by a script in each new document, which lasts.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder  # where the package unpacks its browser
cd "$folder"
npm install --silent --no-audit --no-fund @sparticuz/chromium@153.0.0 puppeteer-core@25.16.0
cat > sessions.mjs <<'END'
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const executablePath = await chromium.executablePath();
const browser = await puppeteer.launch({args: chromium.args, executablePath, headless: "shell"});
const page = (await browser.pages())[0];
const first = await page.createCDPSession();
const seen = () => page.evaluate(() => `${navigator.platform}, ${navigator.userAgent}`);
await first.send("Emulation.setUserAgentOverride", {userAgent: "Example", platform: "Win32"});
console.log(await browser.version());
console.log("set:", await seen());
await page.goto("data:text/html,one");
console.log("navigated:", await seen());
await page.createCDPSession();
console.log("a later session:", await seen());
await page.goto("data:text/html,two");
console.log("navigated with a later session:", await seen());
await browser.close();
END
output=$(timeout 120 node sessions.mjs)
printf '%s\n' "$output"
for line in "set: Win32, Example" "navigated: Win32, Example" "a later session: Win32, Example"; do
  grep -qx "$line" <<<"$output" || { echo "the behaviour changed"; exit 1; }
done
grep -qx "navigated with a later session: Linux x86_64, Example" <<<"$output" || { echo "the behaviour changed"; exit 1; }

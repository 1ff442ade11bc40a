// Playwright for Node, connected as the clouds' documents show it.
const {chromium} = require("playwright-core");

(async () => {
  const browser = await chromium.connectOverCDP(process.env.CDP_URL);
  const page = browser.contexts()[0].pages()[0];
  await page.goto(process.env.PAGE_URL);
  await page.fill("#name", "漢字 Привет");
  await page.click("button");
  console.log(await page.inputValue("#name"), await page.title());
  console.log((await page.screenshot()).length > 1000);
  await browser.close();
})();

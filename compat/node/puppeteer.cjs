// Puppeteer, connected as the clouds' documents show it.
const puppeteer = require("puppeteer-core");

(async () => {
  const browser = await puppeteer.connect({browserWSEndpoint: process.env.CDP_URL, defaultViewport: null});
  const [page] = await browser.pages();
  await page.goto(process.env.PAGE_URL);
  await page.type("#name", "漢字 Привет");
  await page.click("button");
  console.log(await page.$eval("#name", (field) => field.value), await page.title());
  console.log((await page.screenshot({type: "png"})).length > 1000);
  await browser.disconnect();
})();

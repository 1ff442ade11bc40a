"""Reads a browser's fingerprint by a script in one of its pages."""

from collections.abc import Mapping

HEADERS = (
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "upgrade-insecure-requests",
    "user-agent",
    "accept",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-user",
    "sec-fetch-dest",
    "accept-encoding",
    "accept-language",
)
SCRIPT = """async () => {
  const finite = (value) => (Number.isFinite(value) ? value : null);
  const soon = (promise, otherwise) =>
    Promise.race([
      Promise.resolve(promise).catch(() => otherwise),
      new Promise((resolve) => setTimeout(resolve, 3000, otherwise)),
    ]);
  const plays = (tag, types) => {
    const player = document.createElement(tag);
    return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, player.canPlayType(type)]));
  };
  const brands = (list) => Array.from(list ?? [], ({brand, version}) => ({brand, version}));

  const clientHints = async () => {
    const hints = navigator.userAgentData;
    if (!hints) return null;
    const names = ["architecture", "bitness", "fullVersionList", "model", "platformVersion", "uaFullVersion"];
    const more = await soon(hints.getHighEntropyValues(names), {});
    return {
      brands: brands(hints.brands),
      mobile: hints.mobile,
      platform: hints.platform,
      architecture: more.architecture ?? "",
      bitness: more.bitness ?? "",
      fullVersionList: brands(more.fullVersionList),
      model: more.model ?? "",
      platformVersion: more.platformVersion ?? "",
      uaFullVersion: more.uaFullVersion ?? "",
    };
  };
  const plugins = () => {
    const list = Array.from(navigator.plugins, (plugin) => ({
      name: plugin.name,
      description: plugin.description,
      filename: plugin.filename,
      mimeTypes: Array.from(plugin, ({type, suffixes, description}) => ({
        type, suffixes, description, enabledPlugin: plugin.name,
      })),
    }));
    const types = list.flatMap(({mimeTypes}) => mimeTypes);
    return {plugins: list, mimeTypes: types.map((one) => [one.description, one.type, one.suffixes].join("~~"))};
  };
  const battery = async () => {
    const found = navigator.getBattery ? await soon(navigator.getBattery(), null) : null;
    return found && {
      charging: found.charging,
      chargingTime: finite(found.chargingTime),
      dischargingTime: finite(found.dischargingTime),
      level: found.level,
    };
  };
  const videoCard = () => {
    const gl = document.createElement("canvas").getContext("webgl");
    const names = gl && gl.getExtension("WEBGL_debug_renderer_info");
    const read = (name, plain) => String((gl && gl.getParameter(names ? names[name] : gl[plain])) || "Unknown");
    return {
      renderer: read("UNMASKED_RENDERER_WEBGL", "RENDERER"),
      vendor: read("UNMASKED_VENDOR_WEBGL", "VENDOR"),
    };
  };
  const devices = async () => {
    const all = navigator.mediaDevices ? await soon(navigator.mediaDevices.enumerateDevices(), []) : [];
    const of = (kind) => all.filter((device) => device.kind === kind).map((device) => device.toJSON());
    return {speakers: of("audiooutput"), micros: of("audioinput"), webcams: of("videoinput")};
  };
  const fonts = () => {
    const pen = document.createElement("canvas").getContext("2d");
    const width = (family) => {
      pen.font = `64px ${family}`;
      return pen.measureText("Sphinx of black quartz, 0123456789 mmmwwwiii").width;
    };
    const names = [
      "Arial", "Arial Black", "Bookman Old Style", "Calibri", "Cambria", "Comic Sans MS", "Consolas", "Courier New",
      "DejaVu Sans", "Garamond", "Georgia", "Helvetica", "Helvetica Neue", "Impact", "Liberation Sans", "Menlo",
      "Microsoft YaHei", "Monaco", "Noto Sans", "Palatino", "PingFang SC", "Roboto", "Segoe UI", "SimSun", "Tahoma",
      "Times New Roman", "Trebuchet MS", "Ubuntu", "Verdana",
    ];
    return names.filter((name) =>
      ["monospace", "sans-serif", "serif"].some((base) => width(`"${name}", ${base}`) !== width(base)));
  };

  const pick = (source, names) => Object.fromEntries(names.map((name) => [name, source[name]]));
  const root = document.documentElement;
  return {
    screen: {
      ...pick(screen, ["availHeight", "availWidth"]),
      availTop: screen.availTop ?? 0,
      availLeft: screen.availLeft ?? 0,
      ...pick(screen, ["colorDepth", "height", "pixelDepth", "width"]),
      ...pick(window, [
        "devicePixelRatio", "pageXOffset", "pageYOffset", "innerHeight", "outerHeight", "outerWidth", "innerWidth",
        "screenX",
      ]),
      clientWidth: root.clientWidth,
      clientHeight: root.clientHeight,
      hasHDR: matchMedia("(dynamic-range: high)").matches,
    },
    navigator: {
      userAgent: navigator.userAgent,
      userAgentData: await clientHints(),
      doNotTrack: navigator.doNotTrack ?? null,
      ...pick(navigator, ["appCodeName", "appName", "appVersion"]),
      oscpu: navigator.oscpu ?? null,
      webdriver: false,
      language: navigator.language,
      languages: Array.from(navigator.languages),
      platform: navigator.platform,
      deviceMemory: navigator.deviceMemory ?? null,
      ...pick(navigator, ["hardwareConcurrency", "product", "productSub", "vendor", "vendorSub", "maxTouchPoints"]),
      extraProperties: {
        vendorFlavors: window.chrome ? ["chrome"] : [],
        isBluetoothSupported: "bluetooth" in navigator,
        globalPrivacyControl: navigator.globalPrivacyControl ?? null,
        pdfViewerEnabled: Boolean(navigator.pdfViewerEnabled),
        installedApps: [],
      },
    },
    videoCodecs: plays("video", {
      ogg: 'video/ogg; codecs="theora"',
      h264: 'video/mp4; codecs="avc1.42E01E"',
      webm: 'video/webm; codecs="vp8, vorbis"',
    }),
    audioCodecs: plays("audio", {
      ogg: 'audio/ogg; codecs="vorbis"',
      mp3: "audio/mpeg",
      wav: 'audio/wav; codecs="1"',
      m4a: "audio/x-m4a",
      aac: "audio/aac",
    }),
    pluginsData: plugins(),
    battery: await battery(),
    videoCard: videoCard(),
    multimediaDevices: await devices(),
    fonts: fonts(),
    mockWebRTC: false,
    slim: false,
  };
}"""
"""Returns the values of ``Fingerprint``, with a ``webdriver`` of False: Playwright is not part of the fingerprint."""


def select_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that belong to a fingerprint."""
    return {name: headers[name] for name in HEADERS if name in headers}

"""The texts that are typed into real programs and read back."""

SEVEN = {
    "ascii": "".join(map(chr, range(0x20, 0x7F))),
    "latin": "Größe Ærø ÀÉÎÕÜ ñ ç ¿¡ «» € ß ẞ œ ł Ž ő",
    "chinese": "你好世界。今天天气很好、我们去公园",
    "japanese and korean": "こんにちは カタカナ 日本語 안녕하세요 세계",
    "emoji": "😀🚀❤️👩‍👩‍👧‍👦👍🏽🇪🇺 🏳️‍🌈",
    "russian and hebrew": "Привет, Мир! Съешь ещё этих булок ∑√∞≠ שלום עולם",
    "150 cjk": "".join(map(chr, range(0x4E00, 0x4E00 + 150))),
}
LONG = "".join(map(chr, range(0x5000, 0x5000 + 520)))

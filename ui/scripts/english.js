// The page is in English, and so are Gradio's own labels: it would take them from the browser's language, one word of
// five. It asks `navigator`, as does everything else that translates itself.
Object.defineProperty(navigator, "language", { get: () => "en" });
Object.defineProperty(navigator, "languages", { get: () => ["en"] });

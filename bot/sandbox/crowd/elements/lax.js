// Reads attribute values as the elements of Ground Truth do: JSON, or nearly JSON. Accepted beyond JSON: single quotes,
// keys without quotes, trailing commas, remarks (// to the end of the line), and a quote inside a word ('it's'): a
// quote ends a string only where the string can end, before a comma, a colon, a closing bracket or the end of the text.

const GAP = String.raw`(?:\s|//[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)*`;

export function readLax(text, otherwise) {
  if (text === null || text.trim() === "") return otherwise;
  try {
    return JSON.parse(text);
  } catch {
    try {
      return new Reader(text).whole();
    } catch (fault) {
      console.error(`This attribute cannot be read: ${text}`, fault);
      return otherwise;
    }
  }
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw new Error(`unexpected ${this.text[this.at]} at ${this.at}`);
    return value;
  }

  space() {
    const gap = new RegExp(GAP, "y");
    gap.lastIndex = this.at;
    this.at += gap.exec(this.text)[0].length;
  }

  peek() {
    this.space();
    return this.text[this.at];
  }

  take(expected) {
    if (this.peek() !== expected) throw new Error(`${expected} expected at ${this.at}`);
    this.at += 1;
  }

  value() {
    const first = this.peek();
    if (first === "[") return this.list();
    if (first === "{") return this.map();
    if (first === "'" || first === '"') return this.string(first);
    return this.word();
  }

  list() {
    const found = [];
    this.take("[");
    while (this.peek() !== "]") {
      found.push(this.value());
      if (this.peek() !== "]") this.take(",");
    }
    this.take("]");
    return found;
  }

  map() {
    const found = {};
    this.take("{");
    while (this.peek() !== "}") {
      const first = this.peek();
      const key = first === "'" || first === '"' ? this.string(first) : this.run(/[^\s:,{}[\]'"]/);
      this.take(":");
      found[key] = this.value();
      if (this.peek() !== "}") this.take(",");
    }
    this.take("}");
    return found;
  }

  string(quote) {
    let found = "";
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const letter = this.text[this.at];
      if (letter === "\\") {
        found += this.escaped();
      } else if (letter === quote && this.ends(quote)) {
        this.at += 1;
        return found;
      } else {
        found += letter;
      }
    }
    throw new Error("a string has no end");
  }

  ends(quote) {
    const rest = this.text.slice(this.at + 1);
    // A comma ends the string only when a new value follows it, so that 'no, it's' keeps its comma.
    return new RegExp(`^${GAP}([\\]}:]|$)`).test(rest) || new RegExp(`^${GAP},${GAP}(${quote}|["'{[\\]}\\-\\d]|[\\w$-]+\\s*:|true|false|null)`).test(rest);
  }

  escaped() {
    this.at += 1;
    const letter = this.text[this.at];
    if (letter === "u") {
      const code = this.text.slice(this.at + 1, this.at + 5);
      this.at += 4;
      return String.fromCharCode(parseInt(code, 16));
    }
    return { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" }[letter] ?? letter;
  }

  run(allowed) {
    const start = this.at;
    while (this.at < this.text.length && allowed.test(this.text[this.at])) this.at += 1;
    if (start === this.at) throw new Error(`nothing to read at ${start}`);
    return this.text.slice(start, this.at);
  }

  word() {
    const word = this.run(/[^\s,:{}[\]]/);
    if (word === "true" || word === "false") return word === "true";
    if (word === "null" || word === "undefined") return null;
    return word !== "" && !Number.isNaN(Number(word)) ? Number(word) : word;
  }
}

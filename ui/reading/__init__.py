"""One file -> one article. In the order of reading:

files.py     what it is (kinds.py) -> its reader, in a process of its own (isolated.py) -> an article (article.py)
plain.py     text and Markdown
html.py      what is seen (visible.py, consent.py), without notes (notes.py), as paragraphs (blocks.py)
pdf.py       letters -> lines (pdf_lines.py) -> columns (pdf_columns.py) -> paragraphs (pdf_paragraphs.py, hyphens.py)
word.py      .docx (word_formulas.py)

Several of them ask decoding.py for the characters of bytes and raised.py for what raised letters mean; errors.py has
the sentences for what cannot be read.
"""

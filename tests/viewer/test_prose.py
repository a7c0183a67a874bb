"""How consent and debriefing texts stand on their pages."""

from viewer.templatetags.prose import paragraphs


def test_line_ends_of_the_file_do_not_break_sentences():
    assert paragraphs("One sentence\nover two lines.\n\nAnother.\n") == (
        "<p>One sentence over two lines.</p>\n<p>Another.</p>"
    )


def test_dashes_make_a_list():
    assert paragraphs("- one\n- two\n  of two") == "<ul><li>one</li><li>two of two</li></ul>"


def test_markup_is_text():
    assert paragraphs("<b>") == "<p>&lt;b&gt;</p>"

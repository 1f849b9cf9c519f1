// The rules that pages are held to: the HTML standard and what html-validate recommends on top of it.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // A title names what the page is about. A receipt's names the file that was sent, however long that name is.
    "long-title": "off",
    // A table whose rows are stacked on phones says that it is one: laid out as blocks it would be none to VoiceOver.
    "no-redundant-role": "off",
  },
};

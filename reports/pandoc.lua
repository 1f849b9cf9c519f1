-- Turns page after page: run by `pandoc lua`, so that pandoc starts once and not for every page.
--
-- Reads lines of JSON. The first: what the pages share, {metadata, section_divs}. Each other one: {text, to, template}.
-- Answers each with a line: {text} or {error}, and {warnings}, a list. The reader sees no file.
-- What a page says in its metadata goes before what the project says, as with `pandoc --metadata-file`.

local shared = pandoc.json.decode(io.read("l"), false)
local metadata = pandoc.read("---\n" .. shared.metadata .. "---\n", "markdown", nil, {}).meta
local templates = {}

local function compiled(text)
  if not templates[text] then templates[text] = pandoc.template.compile(text) end
  return templates[text]
end

local function turned(job)
  local document = pandoc.read(job.text, "markdown", nil, {})
  for key, value in pairs(metadata) do
    if document.meta[key] == nil then document.meta[key] = value end
  end
  return pandoc.write(document, job.to, {
    template = compiled(job.template), wrap_text = "none", html_math_method = "mathml",
    section_divs = shared.section_divs,
  })
end

for line in io.lines() do
  local log, done, result = pandoc.log.silence(pcall, turned, pandoc.json.decode(line, false))
  local warnings = pandoc.List()
  for _, entry in ipairs(log) do
    local said = pandoc.json.decode(pandoc.json.encode(entry), false)
    if said.verbosity ~= "INFO" then warnings:insert(said.pretty) end
  end
  local answer = { warnings = warnings, [done and "text" or "error"] = tostring(result) }
  io.write(pandoc.json.encode(answer), "\n")
  io.flush()
end

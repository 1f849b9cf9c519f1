-- Turns page after page: run by `pandoc lua`, so that pandoc starts once and not for every page.
--
-- Reads lines of JSON. The first: what the pages share, {metadata, section_divs}. Each other one: {text, to, template},
-- or for Word {text, to, shift}: by how much headings go down; the page's metadata name the document to take styles
-- from.
-- Answers each with a line: {text} or {error}, and {warnings}, a list. A Word document's text is a data URI.
-- The reader sees no file, the writer for Word the pictures in charts/.
-- What a page says in its metadata goes before what the project says, as with `pandoc --metadata-file`.

local shared = pandoc.json.decode(io.read("l"), false)
local metadata = pandoc.read("---\n" .. shared.metadata .. "---\n", "markdown", nil, {}).meta
local templates = {}

local function compiled(text)
  if not templates[text] then templates[text] = pandoc.template.compile(text) end
  return templates[text]
end

local told_word = { title = true, subtitle = true, author = true, description = true, lang = true }

-- What goes into a Word document is handed to it: pandoc itself would fetch pictures from anywhere.
local function picture(image)
  if not image.src:match("^/[%w-]*/?charts/[%w-]+%.png$") then error(image.src .. " is not one of the project's charts") end
  local file = assert(io.open(image.src:sub(2), "rb"))  -- from the project's root
  pandoc.mediabag.insert(image.src, "image/png", file:read("a"))
  file:close()
end

local function for_word(document, job)
  local reference = pandoc.utils.stringify(document.meta["reference-doc"])
  document.meta.lang = document.meta.tongue
  for key in pairs(document.meta) do
    if not told_word[key] then document.meta[key] = nil end
  end
  document = document:walk({
    Header = function(header) header.level = math.max(header.level + job.shift, 1) return header end,
    Image = picture,
  })
  local made = pandoc.write(document, "docx", { reference_doc = reference, highlight_method = "none" })
  return pandoc.mediabag.make_data_uri("application/octet-stream", made)
end

local function turned(job)
  local document = pandoc.read(job.text, "markdown", nil, {})
  for key, value in pairs(metadata) do
    if document.meta[key] == nil then document.meta[key] = value end
  end
  if job.to == "docx" then return for_word(document, job) end
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
    -- its own words (Table, Figure) stand on none of our pages, so it need not know the language
    local is_of_its_words = said.type == "CouldNotLoadTranslations" or said.type == "NoTranslation"
    if said.verbosity ~= "INFO" and not is_of_its_words then warnings:insert(said.pretty) end
  end
  local answer = { warnings = warnings, [done and "text" or "error"] = tostring(result) }
  io.write(pandoc.json.encode(answer), "\n")
  io.flush()
end

-- Number chapters, sections, figures and tables, and resolve references to them.
--
-- The document is one Div of class "chapter" per source file. Numbers are worked out once, here,
-- and written into attributes ("number"), so that the site and the PDF cannot disagree. Problems
-- go into the metadata field "problems" as {file, label, message}; the caller finds the line.

local FLOATS = { fig = 'Figure', tbl = 'Table' }

local entries = {}
local problems = pandoc.List()

local function problem(file, label, message)
  problems:insert(pandoc.MetaMap {
    file = pandoc.MetaString(file),
    label = pandoc.MetaString(label),
    message = pandoc.MetaString(message),
  })
end

local function float_kind(identifier)
  return FLOATS[identifier:match('^(%a+)%-')]
end

local function is_reference(identifier)
  local prefix = identifier:match('^(%a+)%-')
  return prefix == 'sec' or prefix == 'eq' or FLOATS[prefix] ~= nil
end

local function register(file, identifier, prefix, number)
  if entries[identifier] then
    problem(file, identifier, 'the label ' .. identifier .. ' is used twice')
  elseif number == '' then
    entries[identifier] = { unnumbered = true }
  else
    entries[identifier] = { prefix = prefix, number = number }
  end
end

local CALLOUTS = { note = true, tip = true, warning = true, caution = true, important = true }
local FORMATS = { html = true, typst = true }

-- The headings that divide a tabset or head a callout are no sections: they get no number.
local function mark_titles(div)
  local level
  for _, block in ipairs(div.content) do
    if block.t == 'Header' and (level == nil or block.level == level) then
      level = block.level
      block.classes = { 'part-title' }
    end
  end
  return div
end

local function check_callout(file, div, kind)
  local unknown = not CALLOUTS[kind] and 'callout-' .. kind
  for key in pairs(div.attributes) do
    if key ~= 'title' then unknown = key end
  end
  if unknown then
    problem(file, unknown, unknown .. ' is not supported by the embedded engine; callouts are ' ..
      'callout-note, -tip, -warning, -caution and -important, with a title where wanted')
  end
end

local function check_tabset(file, div)
  local first = div.content[1]
  if not (first and first.t == 'Header') then
    problem(file, '.panel-tabset', 'a tabset must begin with the heading of its first tab')
  end
end

-- Content by format has no numbers, so that both formats count alike; a heading without a number may be.
local function check_conditional(file, element)
  for key, format in pairs(element.attributes) do
    if key ~= 'when-format' and key ~= 'unless-format' then
      problem(file, key, key .. ' is not supported by the embedded engine; use when-format or ' ..
        'unless-format')
    elseif not FORMATS[format] then
      problem(file, format, key .. ' is ' .. format .. '; the book has the formats html and typst')
    end
  end
  local function refuse(inner)
    local unnumbered = inner.t == 'Header' and inner.classes:includes('unnumbered')
    if (inner.t == 'Header' and not unnumbered) or is_reference(inner.identifier) then
      problem(file, inner.identifier, inner.identifier .. ' stands in content by format, where ' ..
        'nothing can be numbered')
    end
  end
  element:walk { Header = refuse, Div = refuse }
end

local function is_conditional(element)
  return element.classes:includes('content-visible') or element.classes:includes('content-hidden')
end

-- `$$ … $$ {#eq-x alt="in words"}` becomes a span of class "equation" with its number.
local function equation(file, paragraph, number_of)
  local math = paragraph.content[1]
  if not (math and math.t == 'Math' and math.mathtype == 'DisplayMath') then return nil end
  local rest = pandoc.List(paragraph.content)
  rest:remove(1)
  local label = pandoc.utils.stringify(pandoc.Inlines(rest))
  local identifier, attributes = label:match('^%s*{#(eq%-[%w_-]+)(.*)}%s*$')
  if not identifier then return nil end
  local alt = attributes:match('^%s+alt="(.*)"%s*$') or attributes:match('^%s+alt=“(.*)”%s*$')
  if attributes:match('%S') and not alt then
    problem(file, identifier, 'the equation ' .. identifier .. ' has' .. attributes ..
      '; it may have alt="…"')
  end
  local number = number_of(identifier)
  register(file, identifier, 'Equation', number)
  local span = pandoc.Span({ math }, pandoc.Attr(identifier, { 'equation' }, { number = number }))
  span.attributes.alt = alt
  return pandoc.Para { span }
end

local chapter_count = 0

-- Number what stands in one chapter, in reading order.
local function number_chapter(chapter)
  local file = chapter.attributes.file
  local counts = {}
  local floats = {}
  local chapter_number = ''
  local title_seen = false
  local last_level = 0
  return chapter:walk {
    traverse = 'topdown',
    Header = function(header)
      if header.classes:includes('part-title') then return nil end
      local number = ''
      local numbered = not header.classes:includes('unnumbered')
      if header.level > last_level + 1 then
        problem(file, ('#'):rep(header.level) .. ' ' .. pandoc.utils.stringify(header),
          ('a heading of level %d after one of level %d; levels may not be skipped')
          :format(header.level, last_level))
      end
      last_level = header.level
      if header.level == 1 then
        if title_seen then
          problem(file, '# ' .. pandoc.utils.stringify(header),
            'a second level-one heading; a chapter has one title')
        end
        title_seen = true
        if numbered then
          chapter_count = chapter_count + 1
          chapter_number = tostring(chapter_count)
        end
        number = chapter_number
      elseif numbered and chapter_number ~= '' then
        counts[header.level] = (counts[header.level] or 0) + 1
        for level = header.level + 1, 6 do counts[level] = nil end
        local parts = pandoc.List { chapter_number }
        for level = 2, header.level do parts:insert(tostring(counts[level] or 0)) end
        number = table.concat(parts, '.')
      end
      if number ~= '' then
        header.attributes.number = number
      else
        header.classes = header.classes:includes('unnumbered') and header.classes
          or header.classes .. { 'unnumbered' }
      end
      if header.identifier:match('^sec%-') then
        register(file, header.identifier, header.level == 1 and 'Chapter' or 'Section', number)
      end
      return header
    end,
    Para = function(paragraph)
      return equation(file, paragraph, function(identifier)
        if chapter_number == '' then
          problem(file, identifier, 'a numbered equation in an unnumbered chapter')
        end
        floats.eq = (floats.eq or 0) + 1
        return chapter_number .. '.' .. floats.eq
      end)
    end,
    Span = function(span)
      if is_conditional(span) then check_conditional(file, span) end
    end,
    Div = function(div)
      if is_conditional(div) then check_conditional(file, div) end
      if div.classes:includes('panel-tabset') then
        check_tabset(file, div)
        return mark_titles(div)
      end
      local callout = table.concat(div.classes, ' '):match('callout%-(%a+)')
      if callout then
        check_callout(file, div, callout)
        return mark_titles(div)
      end
      local kind = float_kind(div.identifier)
      if not kind then return nil end
      if chapter_number == '' then
        problem(file, div.identifier, 'a numbered float in an unnumbered chapter')
      end
      local caption = div.content[#div.content]
      if #div.content < 2 or caption.t ~= 'Para' then
        problem(file, div.identifier, 'the div #' .. div.identifier ..
          ' must hold its content and, last, its caption as a paragraph')
      end
      floats[kind] = (floats[kind] or 0) + 1
      div.attributes.number = chapter_number .. '.' .. floats[kind]
      div.classes:insert('float')
      register(file, div.identifier, kind, div.attributes.number)
      return div
    end,
  }
end

-- Images are named from the project's root, and must be there: pages fetch nothing.
local function place_image(file, image)
  if image.src:match('^%a[%w+.-]*:') or image.src:match('^//') then
    problem(file, image.src, 'the image ' .. image.src .. ' is not a file of the project')
    return nil
  end
  if image.src:sub(1, 1) ~= '/' then
    image.src = pandoc.path.normalize('/' ..
      pandoc.path.join { pandoc.path.directory(file), image.src })
  end
  if (image.attributes['fig-alt'] or pandoc.utils.stringify(image.caption)) == '' then
    problem(file, image.src:match('[^/]+$') .. ')', 'the image ' .. image.src ..
      ' says nothing to who cannot see it; add {fig-alt="what it shows"}')
  end
  local found = io.open(image.src:sub(2), 'rb')
  if found then
    found:close()
  else
    problem(file, image.src, 'the image ' .. image.src .. ' is not found in the project')
  end
  return image
end

local function reference(file, citation, first)
  local entry = entries[citation.id]
  if not entry then
    problem(file, '@' .. citation.id, 'nothing in the book has the label ' .. citation.id)
    return pandoc.Inlines {}
  elseif entry.unnumbered then
    problem(file, '@' .. citation.id, citation.id .. ' has no number to refer to')
    return pandoc.Inlines {}
  end
  local text = entry.number
  if #citation.prefix > 0 then
    text = pandoc.utils.stringify(citation.prefix) .. '\u{a0}' .. text
  elseif citation.mode ~= 'SuppressAuthor' then
    text = entry.prefix .. '\u{a0}' .. text
  end
  local link = pandoc.Link(text, '#' .. citation.id, '', pandoc.Attr('', { 'quarto-xref' }))
  return pandoc.Inlines(first and { link } or { pandoc.Str(','), pandoc.Space(), link })
end

local function resolve_chapter(chapter)
  local file = chapter.attributes.file
  return chapter:walk {
    Cite = function(cite)
      if not is_reference(cite.citations[1].id) then return nil end
      local inlines = pandoc.Inlines {}
      for i, citation in ipairs(cite.citations) do
        inlines:extend(reference(file, citation, i == 1))
      end
      return inlines
    end,
    Image = function(image) return place_image(file, image) end,
  }
end

function Pandoc(doc)
  doc.blocks = doc.blocks:map(number_chapter):map(resolve_chapter)
  doc.meta.problems = pandoc.MetaList(problems)
  return doc
end

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
  return prefix == 'sec' or FLOATS[prefix] ~= nil
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

local chapter_count = 0

-- Number what stands in one chapter, in reading order.
local function number_chapter(chapter)
  local file = chapter.attributes.file
  local counts = {}
  local floats = {}
  local chapter_number = ''
  local title_seen = false
  return chapter:walk {
    traverse = 'topdown',
    Header = function(header)
      local number = ''
      local numbered = not header.classes:includes('unnumbered')
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
    Div = function(div)
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

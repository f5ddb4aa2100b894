-- Turn the numbered document into what Typst sets: floats as figures that carry their number,
-- images and equations with alternative text, cells without the divs that would stop a page break.

local SUPPLEMENTS = { fig = 'Figure', tbl = 'Table' }

local function typst(text)
  return pandoc.RawBlock('typst', text)
end

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('\n', ' ') .. '"'
end

local function wrapped(opening, content, closing)
  local blocks = pandoc.Blocks { typst(opening) }
  blocks:extend(content)
  blocks:insert(typst(closing))
  return blocks
end

-- The block whose content is `inlines`, as an argument of a Typst function.
local function argument(inlines)
  return pandoc.Blocks { typst('['), pandoc.Plain(inlines), typst(']') }
end

local function float(div)
  local kind = div.identifier:match('^(%a+)%-')
  local caption = div.content:remove(#div.content)
  local blocks = pandoc.Blocks { typst('#figure([') }
  blocks:extend(div.content)
  blocks:insert(typst('], caption: ['))
  blocks:insert(pandoc.Plain(caption.content))
  blocks:insert(typst(('], kind: "quarto-float-%s", supplement: [%s], numbering: _ => "%s") <%s>')
    :format(kind, SUPPLEMENTS[kind], div.attributes.number, div.identifier)))
  return blocks
end

local function image(img)
  local parameters = pandoc.List { quoted(img.src) }
  local alt = img.attributes['fig-alt'] or pandoc.utils.stringify(img.caption)
  if alt ~= '' then parameters:insert('alt: ' .. quoted(alt)) end
  if img.attributes.width then parameters:insert('width: ' .. img.attributes.width) end
  return pandoc.RawInline('typst', '#box(image(' .. table.concat(parameters, ', ') .. '))')
end

local function plain_text(document)
  local text = pandoc.write(document, 'plain', { wrap_text = 'none' })
  -- Pandoc parts the terms of an equation by spaces of other widths.
  for _, space in ipairs { '\u{2004}', '\u{2005}', '\u{2006}', '\u{2009}', '\u{200a}' } do
    text = text:gsub(space, ' ')
  end
  return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- An equation says in words what it shows: what its author wrote as `alt`, or its plain text.
local function equation(math, label, number, alt)
  local one = pandoc.Pandoc { pandoc.Plain { math } }
  local source = pandoc.write(one, 'typst'):gsub('^%s+', ''):gsub('%s+$', '')
  local plain = alt or plain_text(one)
  local parameters = pandoc.List { 'alt: ' .. quoted(plain) }
  if math.mathtype == 'DisplayMath' then parameters:insert('block: true') end
  if number then parameters:insert(('numbering: _ => "(%s)"'):format(number)) end
  -- The body alone: what stands between the dollar signs is the same inline and displayed.
  local call = ('#math.equation(%s, %s.body)'):format(table.concat(parameters, ', '), source)
  return pandoc.RawInline('typst', call .. (label and (' <%s>'):format(label) or ''))
end

local function callout(div, kind)
  local title = pandoc.Inlines { pandoc.Str(kind:sub(1, 1):upper() .. kind:sub(2)) }
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, 'markdown').blocks)
  elseif div.content[1] and div.content[1].t == 'Header' then
    title = div.content:remove(1).content
  end
  local blocks = pandoc.Blocks { typst(('#callout(%s, '):format(quoted(kind))) }
  blocks:extend(argument(title))
  blocks:insert(typst(', ['))
  blocks:extend(div.content)
  blocks:insert(typst('])'))
  return blocks
end

local function tabset(div)
  local blocks = pandoc.Blocks {}
  local open = false
  for _, block in ipairs(div.content) do
    if block.t == 'Header' and block.classes:includes('part-title') then
      if open then blocks:insert(typst('])')) end
      open = true
      blocks:insert(typst('#panel('))
      blocks:extend(argument(block.content))
      blocks:insert(typst(', ['))
    else
      blocks:insert(block)
    end
  end
  if open then blocks:insert(typst('])')) end
  return blocks
end

-- What content by format shows here: itself, or nothing.
local function conditional(element)
  local classes, attributes = element.classes, element.attributes
  if not (classes:includes('content-visible') or classes:includes('content-hidden')) then
    return nil
  end
  local when, unless = attributes['when-format'], attributes['unless-format']
  local met = (when == nil or when == 'typst') and unless ~= 'typst'
  if classes:includes('content-hidden') then met = not met end
  return met and element.content or {}
end

local structure = {
  Div = function(div)
    local shown = conditional(div)
    if shown then return shown end
    if div.classes:includes('float') then return float(div) end
    if div.classes:includes('landscape') then
      return wrapped('#page(flipped: true)[', div.content, ']')
    end
    if div.classes:includes('panel-tabset') then return tabset(div) end
    local kind = table.concat(div.classes, ' '):match('callout%-(%a+)')
    if kind then return callout(div, kind) end
    if div.identifier == 'refs' then return wrapped('#references[', div.content, ']') end
    -- A Div without an identifier only carries classes, which Typst has no use for; as a block
    -- it would keep its content from breaking over pages.
    if div.identifier == '' or div.classes:includes('cell') then return div.content end
    return nil
  end,
  Span = function(span)
    if not span.classes:includes('equation') then return conditional(span) end
    return equation(span.content[1], span.identifier, span.attributes.number, span.attributes.alt)
  end,
  Image = image,
}
-- A picture that stands alone is no line of text: it is not indented, and reviewers do not count it.
local function alone(paragraph)
  local only = paragraph.content[1]
  if #paragraph.content == 1 and only.t == 'RawInline' and only.text:match('^#box%(image%(') then
    return typst((only.text:gsub('^#box', '#block')))
  end
end
structure.Para, structure.Plain = alone, alone
local equations = { Math = function(math) return equation(math) end }

function Pandoc(doc)
  local blocks = pandoc.Blocks {}
  for _, chapter in ipairs(doc.blocks) do
    blocks:extend(chapter:walk(structure):walk(equations).content)
  end
  doc.blocks = blocks
  return doc
end

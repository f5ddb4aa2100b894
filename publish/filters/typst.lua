-- Turn the numbered document into what Typst sets: floats as figures that carry their number,
-- images with alternative text, cells without the divs that would stop a page break.

local SUPPLEMENTS = { fig = 'Figure', tbl = 'Table' }

local function typst(text)
  return pandoc.RawBlock('typst', text)
end

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
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

local function landscape(div)
  local blocks = pandoc.Blocks { typst('#page(flipped: true)[') }
  blocks:extend(div.content)
  blocks:insert(typst(']'))
  return blocks
end

local filter = {
  Div = function(div)
    if div.classes:includes('float') then return float(div) end
    if div.classes:includes('landscape') then return landscape(div) end
    -- A Div without an identifier only carries classes, which Typst has no use for; as a block
    -- it would keep its content from breaking over pages.
    if div.identifier == '' or div.classes:includes('cell') or div.identifier == 'refs' then
      return div.content
    end
    return nil
  end,
  Image = image,
}

function Pandoc(doc)
  local blocks = pandoc.Blocks {}
  for _, chapter in ipairs(doc.blocks) do
    blocks:extend(chapter:walk(filter).content)
  end
  doc.blocks = blocks
  return doc
end

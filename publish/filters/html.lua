-- Give the numbered document the HTML that Quarto writes: floats as figures with captions,
-- section numbers in spans, links that lead to the right page.

local SUFFIX = '-caption-0ceaefa1-69ba-4598-a22c-09a6ac19f8ca' -- the one that Quarto appends

local function html(text)
  return pandoc.RawBlock('html', text)
end

local function float(div)
  local kind = div.identifier:match('^(%a+)%-')
  local name = kind == 'fig' and 'Figure' or 'Table'
  local caption = div.content:remove(#div.content)
  local label = name .. '\u{a0}' .. div.attributes.number .. ': '
  local side = kind == 'fig' and 'bottom' or 'top'
  local figcaption = pandoc.Blocks {
    html(('<figcaption class="quarto-float-caption-%s quarto-float-caption quarto-float-%s" id="%s">')
      :format(side, kind, div.identifier .. SUFFIX)),
    pandoc.Plain(pandoc.Inlines { pandoc.Str(label) } .. caption.content),
    html('</figcaption>'),
  }
  local body = pandoc.Blocks {
    pandoc.Div(div.content, pandoc.Attr('', {}, { ['aria-describedby'] = div.identifier .. SUFFIX })),
  }
  local figure = pandoc.Blocks {
    html(('<figure class="quarto-float quarto-float-%s figure">'):format(kind)),
  }
  figure:extend(side == 'top' and figcaption .. body or body .. figcaption)
  figure:insert(html('</figure>'))
  return pandoc.Div(figure, pandoc.Attr(div.identifier,
    { 'quarto-float', 'quarto-figure', 'quarto-figure-center' }))
end

local function pages_of(doc)
  local pages = {}
  for _, chapter in ipairs(doc.blocks) do
    local function note(element)
      if element.identifier ~= '' then pages[element.identifier] = chapter.attributes.page end
    end
    chapter:walk { Header = note, Div = note, Span = note }
  end
  return pages
end

function Pandoc(doc)
  local pages = pages_of(doc)
  doc.blocks = doc.blocks:map(function(chapter)
    local page, up = chapter.attributes.page, chapter.attributes.up
    return chapter:walk {
      Header = function(header)
        if header.level > 1 and header.attributes.number then
          header.content = pandoc.Inlines {
            pandoc.Span(header.attributes.number, pandoc.Attr('', { 'header-section-number' })),
            pandoc.Space(),
          } .. header.content
        end
        return header
      end,
      Div = function(div)
        return div.classes:includes('float') and float(div) or nil
      end,
      Image = function(image)
        if image.src:sub(1, 1) == '/' then image.src = up .. image.src:sub(2) end
        if image.attributes['fig-alt'] then
          image.caption = pandoc.Inlines { pandoc.Str(image.attributes['fig-alt']) }
          image.attributes['fig-alt'] = nil
        end
        image.classes = { 'img-fluid', 'figure-img' }
        return image
      end,
      Link = function(link)
        local target = link.target:match('^#(.+)$')
        if target and pages[target] and pages[target] ~= page then
          link.target = up .. pages[target] .. link.target
        end
        return link
      end,
    }
  end)
  return doc
end

-- Give the numbered document the HTML that Quarto writes: floats as figures with captions, callouts,
-- tabsets, section numbers in spans, links that lead to the right page.

local SUFFIX = '-caption-0ceaefa1-69ba-4598-a22c-09a6ac19f8ca' -- the one that Quarto appends
local FLOATS = { fig = 'Figure', tbl = 'Table' }

local function html(text)
  return pandoc.RawBlock('html', text)
end

local function classed(content, ...)
  return pandoc.Div(content, pandoc.Attr('', { ... }))
end

local function float(div)
  local kind = div.identifier:match('^(%a+)%-')
  local caption = div.content:remove(#div.content)
  local label = pandoc.Inlines {
    pandoc.Span(FLOATS[kind] .. '\u{a0}' .. div.attributes.number .. ': ',
      pandoc.Attr('', { 'float-label' })),
  }
  local side = kind == 'fig' and 'bottom' or 'top'
  local figcaption = pandoc.Blocks {
    html(('<figcaption class="quarto-float-caption-%s quarto-float-caption quarto-float-%s" id="%s">')
      :format(side, kind, div.identifier .. SUFFIX)),
    pandoc.Plain(label .. caption.content),
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

local function callout(div, kind)
  local name = kind:sub(1, 1):upper() .. kind:sub(2)
  local title = pandoc.Inlines { pandoc.Str(name) }
  local first = div.content[1]
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, 'markdown').blocks)
  elseif first and first.t == 'Header' then
    title = div.content:remove(1).content
  end
  return pandoc.Div({
    classed({ classed({ pandoc.Plain(title) }, 'callout-title-container', 'flex-fill') },
      'callout-header', 'd-flex', 'align-content-center'),
    classed(div.content, 'callout-body-container', 'callout-body'),
  }, pandoc.Attr(div.identifier,
    { 'callout', 'callout-style-default', 'callout-' .. kind, 'callout-titled' }))
end

local tabsets = 0

local function tabset(div)
  tabsets = tabsets + 1
  local tabs, panes = pandoc.Blocks {}, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if block.t == 'Header' and block.classes:includes('part-title') then
      local pane = ('tabset-%d-%d'):format(tabsets, #panes + 1)
      local active = #panes == 0
      tabs:extend {
        html(('<li class="nav-item" role="presentation"><a class="nav-link%s" id="%s-tab" ' ..
          'data-bs-toggle="tab" data-bs-target="#%s" role="tab" aria-controls="%s" ' ..
          'aria-selected="%s" href="#%s">'):format(active and ' active' or '', pane, pane, pane,
          tostring(active), pane)),
        pandoc.Plain(block.content),
        html('</a></li>'),
      }
      panes:insert(pandoc.Div({}, pandoc.Attr(pane, { 'tab-pane', active and 'active' or nil },
        -- Pairs keep their order; the keys of a table come in another one in every run.
        { { 'role', 'tabpanel' }, { 'aria-labelledby', pane .. '-tab' },
          { 'data-title', pandoc.utils.stringify(block.content) } })))
    else
      panes[#panes].content:insert(block)
    end
  end
  local list = pandoc.Blocks { html('<ul class="nav nav-tabs" role="tablist">') }
  list:extend(tabs)
  list:insert(html('</ul>'))
  list:insert(classed(panes, 'tab-content'))
  return pandoc.Div(list, pandoc.Attr(div.identifier, { 'panel-tabset' }))
end

-- What content by format shows here: itself, or nothing.
local function conditional(element)
  local classes, attributes = element.classes, element.attributes
  if not (classes:includes('content-visible') or classes:includes('content-hidden')) then
    return nil
  end
  local when, unless = attributes['when-format'], attributes['unless-format']
  local met = (when == nil or when == 'html') and unless ~= 'html'
  if classes:includes('content-hidden') then met = not met end
  return met and element.content or {}
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
      Span = function(span)
        if span.classes:includes('equation') then
          span.content:insert(pandoc.Span('(' .. span.attributes.number .. ')',
            pandoc.Attr('', { 'equation-number' })))
          return pandoc.Span(span.content, pandoc.Attr(span.identifier, { 'equation' }))
        end
        return conditional(span)
      end,
      Div = function(div)
        local kind = table.concat(div.classes, ' '):match('callout%-(%a+)')
        if kind then return callout(div, kind) end
        if div.classes:includes('panel-tabset') then return tabset(div) end
        if div.classes:includes('float') then return float(div) end
        return conditional(div)
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
